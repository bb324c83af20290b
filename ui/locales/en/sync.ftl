sync-fresh = Updated { $at }
sync-catching-up = Fetching the latest …
sync-offline = No connection. You see what was fetched at { $at }. What you write is kept and sent later.
sync-offline-empty = No connection. Nothing has been fetched yet. It will be when the connection is back.
sync-waiting =
    { $count ->
        [one] { $count } thing is waiting to be sent
       *[other] { $count } things are waiting to be sent
    }
sync-refused =
    { $count ->
        [one] { $count } thing could not be sent
       *[other] { $count } things could not be sent
    }
