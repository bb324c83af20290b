-- The older part of a scope that is still to be fetched after its newest window came: back_at < seq <= back_to.
ALTER TABLE cursor ADD COLUMN back_at INTEGER;
ALTER TABLE cursor ADD COLUMN back_to INTEGER;
