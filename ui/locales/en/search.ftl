search-title = Search
search-label = What are you looking for?
search-hint = Write one word or more. The search goes through what is on this device. What you write is not sent anywhere.
search-count =
    { $count ->
        [one] { $count } result.
       *[other] { $count } results.
    }
search-more = There are more. Write more words to get fewer results.
search-none = Nothing was found. Try a shorter word or a part of it.
search-coverage = The search has gone through { $done } of { $all } so far. The rest follows shortly.
search-kind-message = Message
search-kind-thread = Conversation
search-kind-note = Case note
search-kind-document = Document
search-kind-task = To do
search-kind-case = Case
