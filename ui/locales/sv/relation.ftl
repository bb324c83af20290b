relation-title = Vem företräder vem
relation-link-hint = Se vilka du företräder och vilka som företräder dig. Ge eller ta tillbaka en fullmakt.
relation-acting-region = Du företräder någon annan
relation-acting = Du företräder { $name }
relation-more = Vad det innebär
relation-mine = Vilka jag företräder
relation-mine-none = Du företräder ingen annan just nu.
relation-others = Vilka som företräder mig
relation-others-none = Ingen annan företräder dig just nu.
relation-joint-custody = Vårdnadshavare, gemensam vårdnad
relation-sole-custody = Vårdnadshavare, ensam vårdnad
relation-appointed-guardian = Särskilt förordnad vårdnadshavare
relation-god-man = God man
relation-forvaltare = Förvaltare
relation-power-of-attorney = Fullmakt
relation-ombud = Ombud
relation-public-counsel = Offentligt biträde
relation-caseworker = Medarbetare i ärendet
relation-guest = Gäst
relation-newer = Uppdatera appen för att se vad det är
relation-can = Det här ingår
relation-file = Läsa det som står i ärendet
relation-messages = Skriva med handläggaren
relation-meetings = Boka och vara med på möten
relation-nothing-open = Inget ärende är öppnat än. Handläggaren öppnar ett ärende när det finns skäl för det.
relation-opened = Öppnade ärenden
relation-case-elsewhere = Ett ärende
relation-until = gäller till { $day }
relation-checked = kontrollerat { $day }
relation-source-register = Enligt folkbokföringen
relation-source-court = Enligt beslut från domstol
relation-source-chief-guardian = Enligt överförmyndaren
relation-source-municipality = Enligt kommunen
relation-source-person = Enligt den som har gett den
relation-source-other = Från en annan källa
relation-ends-soon = Fullmakten med { $name } går ut { $day }. Ska den fortsätta behöver en ny ges.
relation-refused = En fullmakt kunde inte ges eller tas tillbaka. Se vad du kan göra.
relation-withdraw = Ta tillbaka fullmakten
relation-withdraw-question = Vill du ta tillbaka fullmakten?
relation-withdraw-detail = { $name } kan då inte längre läsa, skriva eller boka för dig.
relation-renounce = Avsäg dig fullmakten
relation-renounce-question = Vill du avsäga dig fullmakten?
relation-renounce-detail = Du kan då inte längre läsa, skriva eller boka för { $name }.
relation-withdrawing = Tas tillbaka när appen når kommunen
relation-withdraw-refused = Fullmakten kunde inte tas tillbaka.
relation-giving = Ges när appen når kommunen
relation-giving-refused = Fullmakten kunde inte ges. Kontrollera koden med den som gav dig den, eller be om en ny.
relation-give = Ge en fullmakt
relation-give-intro = Be den som ska företräda dig att göra en kod i sin app och ge den till dig. Båda måste ha fyllt 18 år.
relation-code = Koden som du har fått
relation-code-hint = 26 bokstäver och siffror. Mellanrum och streck spelar ingen roll.
relation-code-wrong = Skriv hela koden. Den har 26 bokstäver och siffror.
relation-matters = Vad ska ingå?
relation-matters-missing = Välj minst en sak som ska ingå.
relation-how-long = Hur länge ska fullmakten gälla?
relation-months =
    { $count ->
        [one] { $count } månad
       *[other] { $count } månader
    }
relation-give-next = Fortsätt
relation-give-question = Vill du ge fullmakten?
relation-give-detail = Den som gjorde koden får företräda dig i { $months }. Handläggaren öppnar det som behövs. Du kan ta tillbaka fullmakten när du vill.
relation-give-yes = Ge fullmakten
relation-given = Fullmakten är sparad. Den gäller när kommunen har tagit emot den.
relation-invite = Få en fullmakt
relation-invite-intro = Ska du företräda någon? Gör en kod och ge den bara till den personen, helst när ni ses.
relation-invite-make = Gör en kod
relation-invite-code = Din kod
relation-invite-once =
    { $days ->
        [one] Koden visas bara nu. Den kan användas en gång, inom { $days } dag.
       *[other] Koden visas bara nu. Den kan användas en gång, inom { $days } dagar.
    }
relation-closed = Åtkomst har avslutats
relation-closed-ended = Relationen som åtkomsten byggde på har upphört.
relation-closed-apart = Personen hålls isär från någon annan i ärendet.
relation-closed-protected = Den som ärendet gäller har fått skyddade personuppgifter. Du som handläggare bekräftar var och en som får företräda.
