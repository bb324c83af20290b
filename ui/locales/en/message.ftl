message-title = Messages
message-none = You have no messages yet. When your caseworker writes to you, you will see it here.
message-unread =
    { $count ->
        [one] { $count } new
       *[other] { $count } new
    }
message-unread-many = More than 99 new
message-waiting-count =
    { $count ->
        [one] { $count } waiting to be sent
       *[other] { $count } waiting to be sent
    }
message-refused-count =
    { $count ->
        [one] { $count } could not be sent
       *[other] { $count } could not be sent
    }
message-thread = Message
message-with = With
message-list = Messages, oldest first
message-none-yet = Nobody has written anything here yet.
message-mine = You
message-sent = Sent
message-read = Read
message-waiting = Waiting to be sent
message-refused = The message could not be sent.
message-came = New message from { $from }
message-reply = Write a message
message-reply-hint = Those you are writing with can read it. If anyone else at the municipality opens it, that is written to the log.
message-send = Send
message-empty = Write something first.
message-left =
    { $count ->
        [one] { $count } character left
       *[other] { $count } characters left
    }
message-over =
    { $count ->
        [one] { $count } character too many
       *[other] { $count } characters too many
    }
message-too-long = The message is too long. It can have at most { $max } characters. Split it in two.
message-attach = Attach file
message-attaching = Adding the file…
message-attach-hint = Photo, PDF or text. A file can be at most { $max } MB.
message-attached = Files that go with it
message-detach = Remove { $name }
message-files = Attached files
message-file-large = { $name } is too large. A file can be at most { $max } MB. Choose a smaller one, or hand it to us another way.
message-file-unsendable = { $name } cannot be sent. Choose a photo (JPEG or PNG), a PDF or a text file.
message-files-many = A message can have at most { $max } files. Send the rest in a new message.
message-inbox = Inbox
message-inbox-none = The inbox is empty.
message-choose = Choose a conversation in the list. Move with the arrow keys and open with Enter.
message-awaits-reply = Awaits a reply
message-gone = This conversation is no longer available
