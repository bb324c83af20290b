-- What a session's owner sees of it (platform, used_at: to the hour), and whether it was ended from another device:
-- only that makes its device erase what it stores.
ALTER TABLE token_family ADD COLUMN platform TEXT NOT NULL DEFAULT 'other';
ALTER TABLE token_family ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE token_family ADD COLUMN signed_out_at BIGINT;
CREATE INDEX token_family_person ON token_family (person);

-- Together with the token itself, which is nowhere here, this makes the one that was given for it once more.
ALTER TABLE refresh_token ADD COLUMN salt TEXT;

-- Tokens are good only with the key that they are bound to (jkt). Sessions from before have none, and end.
DELETE FROM access_token WHERE family IN (SELECT id FROM token_family WHERE jkt IS NULL);
UPDATE token_family SET ended_at = started_at WHERE jkt IS NULL AND ended_at IS NULL;
