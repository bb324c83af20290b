sync-fresh = Uppdaterat { $at }
sync-catching-up = Hämtar det senaste …
sync-offline = Ingen anslutning. Du ser det som hämtades { $at }. Det du skriver sparas och skickas senare.
sync-offline-empty = Ingen anslutning. Inget har hämtats ännu. Det hämtas när anslutningen är tillbaka.
sync-waiting =
    { $count ->
        [one] { $count } sak väntar på att skickas
       *[other] { $count } saker väntar på att skickas
    }
sync-refused =
    { $count ->
        [one] { $count } sak kunde inte skickas
       *[other] { $count } saker kunde inte skickas
    }
