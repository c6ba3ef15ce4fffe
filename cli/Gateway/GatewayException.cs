namespace DaprHep.Cli.Gateway;

/// <summary>The gateway can't be reached, or could not do what was asked.</summary>
internal sealed class GatewayException(string message, Exception? inner = null) : Exception(message, inner);
