using DaprHep.Data.Events;

namespace DaprHep.Cli.Export;

/// <summary>Writes events in a format of others, table after table, in memory that does not grow with their number.</summary>
internal abstract class EventExport : IDisposable
{
    /// <summary>Adds the events of a table.</summary>
    public abstract void Add(in EventTable table);

    /// <summary>Writes what stands at the end and brings all of it to the disk; without it, what was written is not whole.</summary>
    public abstract void Finish();

    public abstract void Dispose();
}
