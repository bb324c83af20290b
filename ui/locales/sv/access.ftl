access-why = Varför öppnar du det här?
access-reply = Svara på meddelande
access-handle = Handlägga ärendet
access-stand-in = Vikariera för kollega
access-review = Granska kvalitet eller åtkomst
access-logged = Det antecknas i loggen innan något visas. Den det gäller kan läsa loggen.
access-open = Öppna
