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
sync-storage-low = Det börjar bli ont om plats på enheten. Nytt kommer fram, men äldre saker och filer hämtas när det finns mer plats.
sync-storage-full = Enheten är full. Det du skriver sparas, men inget nytt kan hämtas. Ta bort något annat från enheten.
sync-rescued =
    { $count ->
        [0] Det som var sparat på enheten hade skadats och hämtas på nytt. Inget väntade på att skickas.
        [one] Det som var sparat på enheten hade skadats och hämtas på nytt. { $count } sak som väntade på att skickas finns kvar.
       *[other] Det som var sparat på enheten hade skadats och hämtas på nytt. { $count } saker som väntade på att skickas finns kvar.
    }
sync-rescued-lost = Det som var sparat på enheten hade skadats och hämtas på nytt. Något som väntade på att skickas gick inte att rädda. Titta efter om det du skrev senast kom fram.
sync-rescued-read = Jag förstår
sync-clock-behind = Klockan på enheten går efter. Det som bara får finnas här en tid, till exempel sådant som gäller någon annan, har därför tagits bort. Det kommer tillbaka när appen når kommunen.
