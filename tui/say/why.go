package say

// ReadOnly is why a session that may only look cannot do something.
const ReadOnly = "this session is read-only"

// NoProvider is why a session without an account cannot do something.
const NoProvider = "this session is connected to no provider"

// NoRow is why something cannot be done to a row of an empty list.
const NoRow = "nothing is chosen"

// NoSaga is why something cannot be done to a saga of an empty list.
const NoSaga = "no saga is chosen"
