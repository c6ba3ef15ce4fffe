namespace DaprHep.Hosting;

/// <summary>
/// What was asked for can't be done with the input given; trying again is of no use. The message says what, where and what to do.
/// </summary>
public sealed class BadInputException(string message, Exception? inner = null) : Exception(message, inner);
