namespace DaprHep.Cli.Doctor;

/// <summary>How bad a finding is.</summary>
internal enum Severity
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Something will not work, but nothing that everybody needs.</summary>
    Warning,

    /// <summary>It must be mended.</summary>
    Failed,
}

/// <summary>What one check found.</summary>
/// <param name="Check">Name of the check.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Found">What was found.</param>
/// <param name="Fix">What to do about it; empty when all is well.</param>
internal sealed record Finding(string Check, Severity Severity, string Found, string Fix = "");
