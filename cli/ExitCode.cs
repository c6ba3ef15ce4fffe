namespace DaprHep.Cli;

/// <summary>What the process tells the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Usage = 2;
    public const int BadInput = 3;
    public const int FailedRun = 4;
    public const int Interrupted = 130;
}
