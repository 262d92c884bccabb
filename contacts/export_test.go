package contacts

// Splitting are addresses that programs read differently.
var Splitting = splitting
