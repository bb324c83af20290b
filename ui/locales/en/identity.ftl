identity-language = Language
identity-language-hint = This changes the app's own texts. What the municipality has written is shown as it was written.
identity-welcome = Welcome
identity-welcome-staff = Log in to your desk
identity-lead = Here you follow your case, read decisions and write to your caseworker. You can always call, write a letter or visit us instead.
identity-lead-staff = For employees of the municipality. You log in with your work ID.
identity-municipality = Which municipality is it about?
identity-municipality-missing = Choose a municipality.
identity-provider = How do you want to identify yourself?
identity-call = Would you rather talk? Call
identity-sign-in = Log in with e-identification
identity-sign-in-staff = Log in with work ID
identity-browser = The login opens in your web browser.
identity-signing-in = Continue in the web browser
identity-signing-in-lead = We have opened the login in your web browser. Come back here when you are done.
identity-signing-in-help = No new window? Look among your open windows, or cancel and try again.
identity-signing-in-cancel = Cancel the login
identity-choose-code = Choose a code for this device
identity-choose-code-lead = You are logged in as { $name }.
identity-choose-code-why = The code locks what is stored on this device, so that only you can read it. You use it each time you open the app, even without a connection.
identity-once = Is this somebody else's device?
identity-once-why = Then you can go on without choosing anything. Nothing stays here: when you lock or close the app everything is gone, also what is waiting to be sent.
identity-once-submit = Go on without saving anything
identity-code = Code, six digits
identity-code-again = The same code once more
identity-code-hint = Do not choose your birthday or 123456. If you forget the code, you log in again.
identity-code-submit = Save the code
identity-code-not-six = The code must have six digits.
identity-code-not-same = The two fields differ. Write the same in both.
identity-locked = The app is locked
identity-locked-lead = Write your code to open it. This works without a connection too.
identity-tries-left =
    { $count ->
        [one] You have { $count } try left. After that, what is stored here is erased. What you have sent remains with the municipality.
       *[other] You have { $count } tries left. After that, what is stored here is erased. What you have sent remains with the municipality.
    }
identity-unlock = Open
identity-again = Forgot the code? Log in again
identity-lock = Lock
identity-sign-out = Log out
identity-leave = Do you want to log out from this device?
identity-leave-nothing-waits = What is stored on the device is erased. Everything you have written has been sent and remains with the municipality.
identity-leave-waits =
    { $count ->
        [one] { $count } thing has not been sent yet and will be lost. The rest remains with the municipality.
       *[other] { $count } things have not been sent yet and will be lost. The rest remains with the municipality.
    }
identity-leave-detail = What is stored on the device is erased, including anything you have written that has not been sent yet. What has been sent remains with the municipality.
identity-leave-yes = Log out and erase
identity-leave-again-yes = Erase and log in again
identity-login-needed = Your login has ended. You can read what is here, but nothing is sent or fetched until you log in again. What you have written stays here.
identity-login-again = Log in again
identity-me = Me
identity-name = Name
identity-me-municipality = Municipality
identity-help = Help and contact
identity-help-text = You decide how to be in touch with us. You can always call, write a letter or visit us.
identity-devices = Your devices
identity-devices-hint = You are logged in here. If you do not recognise a device, or have lost one, log it out.
identity-devices-none = You are not logged in on any device.
identity-device-this = This device
identity-device-other = Unknown kind of device
identity-device-since = Logged in since
identity-device-used = Last used
identity-device-sign-out = Log out
identity-device-sign-out-which = Log out { $device }
identity-device-question = Do you want to log out { $device }?
identity-device-question-detail = What is stored on that device is erased the next time it has a connection, including anything that has not been sent yet. What has been sent remains with the municipality.
identity-device-question-yes = Log the device out
identity-leave-heading = Lock or log out
identity-leave-hint = Lock when you put the device down. Log out if somebody else is going to use it.
identity-idle = Are you still there?
identity-idle-detail = Nobody has used the app for a while. It will lock in half a minute. What you have written is kept.
identity-idle-detail-once = Nobody has used the app for a while. It will end in half a minute, and nothing stays on the device.
identity-idle-yes = I am still here
identity-idle-choice = Lock when nobody has used the app for
identity-idle-brief = Locks after
identity-idle-minutes =
    { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }
identity-choose-passphrase = Choose a passphrase for this device
identity-choose-passphrase-why = This device has no keyring that the app can use, so a short code is not enough. The passphrase is all that protects what is stored here, and you write it each time you open the app.
identity-passphrase = Passphrase, at least twelve characters
identity-passphrase-again = The same passphrase once more
identity-passphrase-hint = Take four words that do not belong together, for example. The longer, the safer. If you forget the passphrase, you log in anew.
identity-passphrase-submit = Save the passphrase
identity-locked-lead-passphrase = Write your passphrase to open. This works without a connection too.
identity-again-passphrase = Forgotten the passphrase? Log in anew
identity-invite = I have been given a code
identity-invite-code = The code you were given
identity-invite-hint = Seven groups of four characters. Capital or small letters make no difference. With the code you can read and write messages, but not read your case.
identity-invite-submit = Log in with the code
identity-login-needed-invited = Your login has ended. You can read what is here, but nothing is sent or fetched. Ask your caseworker for a new code. What you have written stays here.
identity-give = Give a login code
identity-give-how = How do you know who the person is?
identity-give-document = I have seen a valid identity document
identity-give-known = I know the person from before
identity-give-vouched = Somebody I know has vouched for them
identity-give-hint = For those without e-identification. The code gives access to messages and bookings, not to the file. It counts once, for a day. That you gave it is kept.
identity-give-submit = Make a code
identity-give-for = Code for { $name }. Read it aloud or let them copy it. It is shown only now.
identity-give-picture = The code as a QR picture
identity-give-until = Counts until { $at }.
identity-give-back = Take the code back
identity-me-desk = My devices
