failure-offline = We cannot reach the municipality's service. What you have saved is still here. Check your connection and try again.
failure-service-down = The municipality's service has a problem right now. What you have saved is still here. Try again in a while.
failure-provider-down = The e-identification service is not answering. Try again in a while, or call us.
failure-login-cancelled = The login was cancelled. Try again whenever you like.
failure-login-timed-out = The login took too long and was ended. Try again.
failure-login-refused = We could not verify the login and stopped it for your safety. Try again. If it happens several times, call us.
failure-login-level = The e-identification you used is not enough here. Try again with another one, such as BankID, or call us.
failure-login-stale = The login became too old. Try again.
failure-login-nameless = Your e-identification did not show who you are in a way that we can read. Try another one, or call us and we will help you.
failure-login-misfit = The login is not set up correctly at the municipality. It is not your fault, and trying again will not help right now. Call us and we will help you in another way.
failure-login-provider = The e-identification service ended the login. Check that your e-identification is valid and that its app is up to date, and try again. If that does not help, call us.
failure-login-way = You can no longer log in to the municipality that way. Choose again how you want to identify yourself, or call us.
failure-login-reused = Your e-identification answered with an earlier login instead of a new one. Close the web browser and try again.
failure-login-other = The answer from your e-identification was about two different people. We let nobody in, and nothing has changed. Call us instead of trying again.
failure-not-known = We cannot find you in this municipality. Check that you chose the right one, or call us.
failure-no-keyring = The app cannot reach this device's keyring. Unlock it and try again.
failure-key-lost = What was stored on this device can no longer be read, because the key to it is gone. What you have sent remains with the municipality. Log in again.
failure-wrong-code = The code is wrong.
failure-wrong-code-left =
    { $left ->
        [one] The code is wrong. You have { $left } try left. After that, what is stored here is erased. What you have sent remains with the municipality.
       *[other] The code is wrong. You have { $left } tries left. After that, what is stored here is erased. What you have sent remains with the municipality.
    }
failure-bad-code = The code must have six digits.
failure-too-many-tries = Wrong code too many times. What was stored on the device has been erased. What you have sent remains with the municipality. Log in again.
failure-not-open = The app is locked or logged out. Open it again first.
failure-session-ended = Your login has been ended. Log in again.
failure-access = This is not here, or you no longer have access to it. Call your caseworker if you think that is wrong.
failure-invalid = We could not accept everything you wrote. Check it and try again.
failure-too-long = The text is too long. Shorten it and try again.
failure-conflict = This has changed in the meantime. Read what is new and try again.
failure-closed = This is closed, so nothing new can be sent here. Call your caseworker instead.
failure-not-here = The file is not on this device and cannot be fetched now. Try again when you have a connection.
failure-unreadable = The file is damaged or cannot be shown. Ask your caseworker to send it another way.
failure-file-lost = A file that was to go with it is no longer on this device or cannot be read. Change the message, attach the file again and send it.
failure-disk-full = There is no space left on the device. Free some and try again.
failure-internal = Something went wrong on our side. Try again, or call if it goes on.
failure-quote = Mention the number { $number } if you call.
failure-unknown = Something went wrong that this version does not know of. Update the app and try again.
failure-update-needed = This is from a newer version of the app. Update the app to read it. Nothing has been changed.
failure-signed-out-elsewhere = This device was logged out from somewhere else, and what was stored here has been erased. What you have sent remains with the municipality.
failure-damaged = What was stored on this device is damaged and cannot be read. What you have sent remains with the municipality. What was waiting to be sent is lost. Log in again.
failure-bad-passphrase = The passphrase needs at least twelve characters. It must not be digits only, or the same characters again and again.
failure-wrong-passphrase = The passphrase is wrong.
failure-wrong-passphrase-left =
    { $left ->
        [one] The passphrase is wrong. You have { $left } try left. After that what is stored here is erased. What you have sent remains with the municipality.
       *[other] The passphrase is wrong. You have { $left } tries left. After that what is stored here is erased. What you have sent remains with the municipality.
    }
failure-too-soon = It has been wrong several times. Wait a while and try again.
failure-too-soon-minutes =
    { $minutes ->
        [one] It has been wrong several times. Wait a minute and try again.
       *[other] It has been wrong several times. Wait { $minutes } minutes and try again.
    }
failure-bad-invite = The code is not written correctly. Compare it with the one you were given and try again.
failure-invite-spent = The code does not count any more. It may have been used, be too old or have been taken back. Ask your caseworker for a new one.
failure-reason = This is not assigned to you. Write why you need to open it.
