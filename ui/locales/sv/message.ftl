message-title = Meddelanden
message-none = Du har inga meddelanden än. När din handläggare skriver till dig ser du det här.
message-unread =
    { $count ->
        [one] { $count } ny
       *[other] { $count } nya
    }
message-unread-many = Fler än 99 nya
message-waiting-count =
    { $count ->
        [one] { $count } väntar på att skickas
       *[other] { $count } väntar på att skickas
    }
message-refused-count =
    { $count ->
        [one] { $count } kunde inte skickas
       *[other] { $count } kunde inte skickas
    }
message-thread = Meddelande
message-with = Med
message-list = Meddelanden, äldst först
message-none-yet = Ingen har skrivit något här än.
message-mine = Du
message-sent = Skickat
message-read = Läst
message-waiting = Väntar på att skickas
message-refused = Meddelandet kunde inte skickas.
message-came = Nytt meddelande från { $from }
message-reply = Skriv ett meddelande
message-reply-hint = De du skriver med kan läsa det. Om någon annan på kommunen öppnar det antecknas det i loggen.
message-send = Skicka
message-empty = Skriv något först.
message-left =
    { $count ->
        [one] { $count } tecken kvar
       *[other] { $count } tecken kvar
    }
message-over =
    { $count ->
        [one] { $count } tecken för mycket
       *[other] { $count } tecken för mycket
    }
message-too-long = Meddelandet är för långt. Det får ha högst { $max } tecken. Dela upp det i två.
message-attach = Bifoga fil
message-attaching = Filen läggs till …
message-attach-hint = Foto, PDF eller text. En fil får vara högst { $max } MB.
message-attached = Filer som följer med
message-detach = Ta bort { $name }
message-files = Bifogade filer
message-file-large = { $name } är för stor. En fil får vara högst { $max } MB. Välj en mindre, eller lämna den till oss på annat sätt.
message-file-unsendable = { $name } går inte att skicka. Välj ett foto (JPEG eller PNG), en PDF eller en textfil.
message-files-many = Ett meddelande kan ha högst { $max } filer. Skicka resten i ett nytt meddelande.
message-inbox = Inkorg
message-inbox-none = Inkorgen är tom.
message-choose = Välj en konversation i listan. Flytta med piltangenterna och öppna med Enter.
message-awaits-reply = Väntar på svar
message-gone = Konversationen är inte längre tillgänglig
