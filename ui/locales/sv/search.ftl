search-title = Sök
search-label = Vad letar du efter?
search-hint = Skriv ett eller flera ord. Sökningen går igenom det som finns på den här enheten. Det du skriver skickas inte vidare.
search-count =
    { $count ->
        [one] { $count } träff.
       *[other] { $count } träffar.
    }
search-more = Det finns fler. Skriv fler ord för att få färre träffar.
search-none = Inget hittades. Pröva ett kortare ord eller en del av ordet.
search-coverage = Sökningen har hunnit gå igenom { $done } av { $all }. Resten kommer strax.
search-kind-message = Meddelande
search-kind-thread = Konversation
search-kind-note = Journalanteckning
search-kind-document = Dokument
search-kind-task = Att göra
search-kind-case = Ärende
