failure-offline = Vi når inte kommunens tjänst. Det du har sparat ligger kvar. Kontrollera din anslutning och försök igen.
failure-service-down = Kommunens tjänst har problem just nu. Det du har sparat ligger kvar. Försök igen om en stund.
failure-provider-down = Tjänsten för e-legitimation svarar inte. Försök igen om en stund, eller ring oss.
failure-login-cancelled = Inloggningen avbröts. Försök igen när du vill.
failure-login-timed-out = Inloggningen tog för lång tid och avslutades. Försök igen.
failure-login-refused = Vi kunde inte kontrollera inloggningen och avbröt den för din säkerhet. Försök igen. Händer det flera gånger, ring oss.
failure-login-level = Den e-legitimation du använde räcker inte här. Försök igen med en annan, till exempel BankID, eller ring oss.
failure-login-stale = Inloggningen hann bli för gammal. Försök igen.
failure-login-nameless = Din e-legitimation visade inte vem du är på ett sätt som vi kan läsa. Försök med en annan, eller ring oss så hjälper vi dig.
failure-login-misfit = Inloggningen är inte rätt inställd hos kommunen. Det är inte ditt fel, och det hjälper inte att försöka igen just nu. Ring oss så hjälper vi dig på annat sätt.
failure-login-provider = Tjänsten för e-legitimation avbröt inloggningen. Kontrollera att din e-legitimation gäller och att dess app är uppdaterad, och försök igen. Hjälper det inte, ring oss.
failure-login-way = Så kan du inte logga in hos kommunen längre. Välj på nytt hur du vill legitimera dig, eller ring oss.
failure-login-reused = E-legitimationen svarade med en tidigare inloggning i stället för en ny. Stäng webbläsaren och försök igen.
failure-login-other = Svaret från e-legitimationen gällde två olika personer. Vi släppte inte in någon, och inget har ändrats. Ring oss i stället för att försöka igen.
failure-not-known = Vi hittar dig inte hos den här kommunen. Kontrollera att du valde rätt kommun, eller ring oss.
failure-no-keyring = Appen kommer inte åt enhetens nyckelring. Lås upp den och försök igen.
failure-key-lost = Det som var sparat på den här enheten går inte att läsa längre, eftersom nyckeln till det är borta. Det du har skickat finns kvar hos kommunen. Logga in på nytt.
failure-wrong-code = Koden är fel.
failure-wrong-code-left =
    { $left ->
        [one] Koden är fel. Du har { $left } försök kvar. Sedan raderas det som är sparat här. Det du har skickat finns kvar hos kommunen.
       *[other] Koden är fel. Du har { $left } försök kvar. Sedan raderas det som är sparat här. Det du har skickat finns kvar hos kommunen.
    }
failure-bad-code = Koden ska ha sex siffror.
failure-too-many-tries = Fel kod för många gånger. Det som var sparat på enheten har raderats. Det du har skickat finns kvar hos kommunen. Logga in på nytt.
failure-not-open = Appen är låst eller utloggad. Öppna den igen först.
failure-session-ended = Din inloggning har avslutats. Logga in igen.
failure-access = Det här finns inte, eller så har du inte tillgång till det längre. Ring din handläggare om du tror att det är fel.
failure-invalid = Vi kunde inte ta emot allt du skrev. Kontrollera det och försök igen.
failure-too-long = Texten är för lång. Korta den och försök igen.
failure-conflict = Det här har ändrats under tiden. Läs det nya och försök igen.
failure-closed = Det här är avslutat, så det går inte att skicka något nytt hit. Ring din handläggare i stället.
failure-not-here = Filen finns inte på den här enheten och kan inte hämtas nu. Försök igen när du har anslutning.
failure-unreadable = Filen är skadad eller kan inte visas. Be din handläggare skicka den på annat sätt.
failure-file-lost = En fil som skulle följa med finns inte kvar på enheten eller går inte att läsa. Ändra meddelandet, bifoga filen igen och skicka.
failure-disk-full = Det finns inte plats kvar på enheten. Frigör utrymme och försök igen.
failure-internal = Något gick fel hos oss. Försök igen, eller ring om det fortsätter.
failure-quote = Uppge numret { $number } om du ringer.
failure-unknown = Något gick fel som den här versionen inte känner till. Uppdatera appen och försök igen.
failure-update-needed = Det här är från en nyare version av appen. Uppdatera appen för att läsa det. Inget har ändrats.
failure-signed-out-elsewhere = Den här enheten har loggats ut från ett annat ställe, och det som var sparat här är raderat. Det du har skickat finns kvar hos kommunen.
failure-damaged = Det som var sparat på den här enheten är skadat och går inte att läsa. Det du har skickat finns kvar hos kommunen. Det som väntade på att skickas är borta. Logga in på nytt.
failure-bad-passphrase = Lösenfrasen ska ha minst tolv tecken. Den får inte bara vara siffror eller samma tecken om och om igen.
failure-wrong-passphrase = Lösenfrasen är fel.
failure-wrong-passphrase-left =
    { $left ->
        [one] Lösenfrasen är fel. Du har { $left } försök kvar. Sedan raderas det som är sparat här. Det du har skickat finns kvar hos kommunen.
       *[other] Lösenfrasen är fel. Du har { $left } försök kvar. Sedan raderas det som är sparat här. Det du har skickat finns kvar hos kommunen.
    }
failure-too-soon = Det har blivit fel flera gånger. Vänta en stund och försök igen.
failure-too-soon-minutes =
    { $minutes ->
        [one] Det har blivit fel flera gånger. Vänta en minut och försök igen.
       *[other] Det har blivit fel flera gånger. Vänta { $minutes } minuter och försök igen.
    }
failure-bad-invite = Koden är inte rätt skriven. Jämför med den du har fått och försök igen.
failure-invite-spent = Koden gäller inte längre. Den kan vara använd, för gammal eller tillbakadragen. Be din handläggare om en ny.
failure-reason = Det här är inte tilldelat dig. Skriv varför du behöver öppna det.
