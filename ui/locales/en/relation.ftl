relation-title = Who acts for whom
relation-link-hint = See whom you act for and who acts for you. Give or withdraw a power of attorney.
relation-acting-region = You are acting for somebody else
relation-acting = You are acting for { $name }
relation-more = What that means
relation-mine = Whom I act for
relation-mine-none = You are not acting for anybody else right now.
relation-others = Who acts for me
relation-others-none = Nobody else is acting for you right now.
relation-joint-custody = Guardian, joint custody
relation-sole-custody = Guardian, sole custody
relation-appointed-guardian = Specially appointed guardian
relation-god-man = God man (limited guardian)
relation-forvaltare = Förvaltare (administrator)
relation-power-of-attorney = Power of attorney
relation-ombud = Representative
relation-public-counsel = Public counsel
relation-caseworker = Also works on the case
relation-guest = Guest
relation-newer = Update the app to see what this is
relation-can = What this includes
relation-file = Reading what is written in the case
relation-messages = Writing with the caseworker
relation-meetings = Booking and taking part in meetings
relation-nothing-open = No case has been opened yet. The caseworker opens a case when there are grounds for it.
relation-opened = Opened cases
relation-case-elsewhere = A case
relation-until = valid until { $day }
relation-checked = checked { $day }
relation-source-register = According to the population register
relation-source-court = According to a court decision
relation-source-chief-guardian = According to the chief guardian
relation-source-municipality = According to the municipality
relation-source-person = According to the person who gave it
relation-source-other = From another source
relation-ends-soon = The power of attorney with { $name } ends { $day }. If it should go on, a new one must be given.
relation-refused = A power of attorney could not be given or withdrawn. See what you can do.
relation-withdraw = Withdraw the power of attorney
relation-withdraw-question = Do you want to withdraw the power of attorney?
relation-withdraw-detail = { $name } can then no longer read, write or book for you.
relation-renounce = Renounce the power of attorney
relation-renounce-question = Do you want to renounce the power of attorney?
relation-renounce-detail = You can then no longer read, write or book for { $name }.
relation-withdrawing = Will be withdrawn when the app reaches the municipality
relation-withdraw-refused = The power of attorney could not be withdrawn.
relation-giving = Will be given when the app reaches the municipality
relation-giving-refused = The power of attorney could not be given. Check the code with the person who gave it to you, or ask for a new one.
relation-give = Give a power of attorney
relation-give-intro = Ask the person who is to act for you to make a code in their app and give it to you. Both of you must be at least 18.
relation-code = The code you were given
relation-code-hint = 26 letters and digits. Spaces and dashes make no difference.
relation-code-wrong = Write the whole code. It has 26 letters and digits.
relation-matters = What should it include?
relation-matters-missing = Choose at least one thing that it should include.
relation-how-long = How long should the power of attorney be valid?
relation-months =
    { $count ->
        [one] { $count } month
       *[other] { $count } months
    }
relation-give-next = Continue
relation-give-question = Do you want to give the power of attorney?
relation-give-detail = The person who made the code may act for you for { $months }. The caseworker opens what is needed. You can withdraw the power of attorney whenever you want.
relation-give-yes = Give the power of attorney
relation-given = The power of attorney is saved. It is valid when the municipality has received it.
relation-invite = Get a power of attorney
relation-invite-intro = Are you going to act for somebody? Make a code and give it only to that person, preferably when you meet.
relation-invite-make = Make a code
relation-invite-code = Your code
relation-invite-once =
    { $days ->
        [one] The code is shown only now. It can be used once, within { $days } day.
       *[other] The code is shown only now. It can be used once, within { $days } days.
    }
relation-closed = Access has ended
relation-closed-ended = The relation that the access rested on has ended.
relation-closed-apart = The person is kept apart from somebody else in the case.
relation-closed-protected = The person the case concerns has been given protected identity. As the caseworker you confirm each one who may represent them.
