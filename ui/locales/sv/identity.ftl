identity-language = Språk
identity-language-hint = Gäller appens egna texter. Det som kommunen har skrivit visas som det skrevs.
identity-welcome = Välkommen
identity-welcome-staff = Logga in på ditt skrivbord
identity-lead = Här följer du ditt ärende, läser beslut och skriver till din handläggare. Du kan alltid ringa, skriva brev eller komma till oss i stället.
identity-lead-staff = För dig som är anställd i kommunen. Du loggar in med din tjänstelegitimation.
identity-municipality = Vilken kommun gäller det?
identity-municipality-missing = Välj en kommun.
identity-provider = Hur vill du legitimera dig?
identity-call = Vill du hellre prata? Ring
identity-sign-in = Logga in med e‑legitimation
identity-sign-in-staff = Logga in med tjänstelegitimation
identity-browser = Inloggningen öppnas i din webbläsare.
identity-signing-in = Fortsätt i webbläsaren
identity-signing-in-lead = Vi har öppnat inloggningen i din webbläsare. Kom tillbaka hit när du är klar.
identity-signing-in-help = Ser du inget nytt fönster? Titta bland dina öppna fönster, eller avbryt och försök igen.
identity-signing-in-cancel = Avbryt inloggningen
identity-choose-code = Välj en kod för den här enheten
identity-choose-code-lead = Du är inloggad som { $name }.
identity-choose-code-why = Koden låser det som sparas på den här enheten, så att bara du kan läsa det. Du använder den varje gång du öppnar appen, även utan anslutning.
identity-once = Är det någon annans enhet?
identity-once-why = Då kan du gå vidare utan att välja något. Inget blir kvar här: när du låser eller stänger appen är allt borta, även det som väntar på att skickas.
identity-once-submit = Fortsätt utan att spara något
identity-code = Kod, sex siffror
identity-code-again = Samma kod en gång till
identity-code-hint = Välj inte din födelsedag eller 123456. Glömmer du koden loggar du in på nytt.
identity-code-submit = Spara koden
identity-code-not-six = Koden ska ha sex siffror.
identity-code-not-same = Det står olika i de två fälten. Skriv samma i båda.
identity-locked = Appen är låst
identity-locked-lead = Skriv din kod för att öppna. Det går också utan anslutning.
identity-tries-left =
    { $count ->
        [one] Du har { $count } försök kvar. Sedan raderas det som är sparat här. Det du har skickat finns kvar hos kommunen.
       *[other] Du har { $count } försök kvar. Sedan raderas det som är sparat här. Det du har skickat finns kvar hos kommunen.
    }
identity-unlock = Öppna
identity-again = Glömt koden? Logga in på nytt
identity-lock = Lås
identity-sign-out = Logga ut
identity-leave = Vill du logga ut från den här enheten?
identity-leave-nothing-waits = Det som är sparat på enheten raderas. Allt du har skrivit är skickat och finns kvar hos kommunen.
identity-leave-waits =
    { $count ->
        [one] { $count } sak har inte skickats än och går förlorad. Resten finns kvar hos kommunen.
       *[other] { $count } saker har inte skickats än och går förlorade. Resten finns kvar hos kommunen.
    }
identity-leave-detail = Det som är sparat på enheten raderas, även sådant du har skrivit men som inte har skickats än. Det som är skickat finns kvar hos kommunen.
identity-leave-yes = Logga ut och radera
identity-leave-again-yes = Radera och logga in på nytt
identity-login-needed = Din inloggning har gått ut. Du kan läsa det som finns här, men inget skickas eller hämtas förrän du loggar in igen. Det du har skrivit ligger kvar.
identity-login-again = Logga in igen
identity-me = Jag
identity-name = Namn
identity-me-municipality = Kommun
identity-help = Hjälp och kontakt
identity-help-text = Du väljer själv hur du har kontakt med oss. Du kan alltid ringa, skriva brev eller komma till oss.
identity-devices = Dina enheter
identity-devices-hint = Här är du inloggad. Känner du inte igen en enhet, eller har du blivit av med en, loggar du ut den.
identity-devices-none = Du är inte inloggad på någon enhet.
identity-device-this = Den här enheten
identity-device-other = Okänd sorts enhet
identity-device-since = Inloggad sedan
identity-device-used = Senast använd
identity-device-sign-out = Logga ut
identity-device-sign-out-which = Logga ut { $device }
identity-device-question = Vill du logga ut { $device }?
identity-device-question-detail = Det som är sparat på den enheten raderas nästa gång den har anslutning, även sådant som inte har skickats än. Det som är skickat finns kvar hos kommunen.
identity-device-question-yes = Logga ut enheten
identity-leave-heading = Låsa eller logga ut
identity-leave-hint = Lås när du lägger ifrån dig enheten. Logga ut om någon annan ska använda den.
identity-idle = Är du kvar?
identity-idle-detail = Ingen har använt appen på en stund. Om en halv minut låser den sig. Det du har skrivit sparas.
identity-idle-detail-once = Ingen har använt appen på en stund. Om en halv minut avslutas den, och inget blir kvar på enheten.
identity-idle-yes = Jag är kvar
identity-idle-choice = Lås när ingen har använt appen på
identity-idle-brief = Låser efter
identity-idle-minutes =
    { $count ->
        [one] { $count } minut
       *[other] { $count } minuter
    }
identity-choose-passphrase = Välj en lösenfras för den här enheten
identity-choose-passphrase-why = Enheten har ingen nyckelring som appen kan använda. Därför räcker inte en kort kod. Lösenfrasen är det enda som skyddar det som sparas här, och du skriver den varje gång du öppnar appen.
identity-passphrase = Lösenfras, minst tolv tecken
identity-passphrase-again = Samma lösenfras en gång till
identity-passphrase-hint = Ta till exempel fyra ord som inte hör ihop. Ju längre, desto säkrare. Glömmer du lösenfrasen loggar du in på nytt.
identity-passphrase-submit = Spara lösenfrasen
identity-locked-lead-passphrase = Skriv din lösenfras för att öppna. Det går också utan anslutning.
identity-again-passphrase = Glömt lösenfrasen? Logga in på nytt
identity-invite = Jag har fått en kod
identity-invite-code = Koden du har fått
identity-invite-hint = Sju grupper med fyra tecken. Stora eller små bokstäver spelar ingen roll. Med koden kan du läsa och skriva meddelanden, men inte läsa ditt ärende.
identity-invite-submit = Logga in med koden
identity-login-needed-invited = Din inloggning har gått ut. Du kan läsa det som finns här, men inget skickas eller hämtas. Be din handläggare om en ny kod. Det du har skrivit ligger kvar.
identity-give = Ge inloggningskod
identity-give-how = Hur vet du vem personen är?
identity-give-document = Jag har sett en giltig id-handling
identity-give-known = Jag känner personen sedan tidigare
identity-give-vouched = Någon jag känner har intygat vem det är
identity-give-hint = För den som inte har e-legitimation. Koden ger tillgång till meddelanden och bokningar, inte till akten. Den gäller en gång, i ett dygn. Att du gav den sparas.
identity-give-submit = Skapa kod
identity-give-for = Kod till { $name }. Läs upp den eller låt personen skriva av den. Den visas bara nu.
identity-give-picture = Koden som QR-bild
identity-give-until = Gäller till { $at }.
identity-give-back = Dra tillbaka koden
identity-me-desk = Mina enheter
