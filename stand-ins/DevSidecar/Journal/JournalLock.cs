namespace DaprHep.DevSidecar.Journal;

/// <summary>Keeps a second sidecar off a journal: a locked file beside it, which a killed process lets go of by itself.</summary>
internal sealed class JournalLock : IDisposable
{
    private readonly FileStream _file;

    /// <exception cref="IOException">Another sidecar has the journal; the message says what to do.</exception>
    public JournalLock(string journal)
    {
        try
        {
            _file = new FileStream(journal + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new IOException(
                $"the journal {Path.GetFullPath(journal)} is in use by another sidecar; "
                + "stop that one, or give this one a data folder of its own", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
