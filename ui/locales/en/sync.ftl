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
sync-storage-low = Little room is left on this device. What is new still comes; older things and files are fetched when there is more room.
sync-storage-full = This device is full. What you write is kept, but nothing new can be fetched. Remove something else from the device.
sync-rescued =
    { $count ->
        [0] What was stored on this device had been damaged and is fetched again. Nothing was waiting to be sent.
        [one] What was stored on this device had been damaged and is fetched again. { $count } thing that was waiting to be sent is still here.
       *[other] What was stored on this device had been damaged and is fetched again. { $count } things that were waiting to be sent are still here.
    }
sync-rescued-lost = What was stored on this device had been damaged and is fetched again. Something that was waiting to be sent could not be saved. See whether what you wrote last arrived.
sync-rescued-read = I understand
sync-clock-behind = The clock on this device is behind. What may be kept here only for a time, such as what concerns somebody else, has therefore been removed. It comes back when the app reaches the municipality.
