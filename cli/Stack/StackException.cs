namespace DaprHep.Cli.Stack;

/// <summary>The local stack could not start or has broken.</summary>
internal sealed class StackException(string message) : Exception(message);
