access-why = Varför öppnar du det här?
access-reply = Svara på meddelande
access-handle = Handlägga ärendet
access-stand-in = Vikariera för en kollega
access-review = Granska kvalitet eller åtkomst
access-logged = Ditt val antecknas i loggen innan något visas. Den det gäller kan läsa loggen.
access-open = Öppna
