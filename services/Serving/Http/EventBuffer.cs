using System.Buffers;
using System.Threading.Tasks.Sources;
using DaprHep.Data.Events;

namespace DaprHep.Serving.Http;

/// <summary>How an event's id was given, so that it is given back in the same form.</summary>
internal enum IdForm : byte
{
    /// <summary>It has none.</summary>
    None,

    /// <summary>As a number.</summary>
    Number,

    /// <summary>As text, because not every JSON reader keeps 64 bits.</summary>
    Text,
}

/// <summary>The events of a request as flat arrays, and room for their probabilities. Used again by later requests.</summary>
internal sealed class EventBuffer(MemoryBudget budget) : IValueTaskSource
{
    private const int KeptBytes = 1 << 20;
    private float[] _hlf = [];
    private float[] _particles = [];
    private int[] _offsets = [];
    private ulong[] _ids = [];
    private IdForm[] _forms = [];
    private float[] _probabilities = [];
    private byte[] _text = [];
    private List<(int Event, string Reason)>? _flags;
    private long _taken;
    private ManualResetValueTaskSourceCore<bool> _done = new() { RunContinuationsAsynchronously = true };

    /// <summary>Where it comes from.</summary>
    public MemoryBudget Budget => budget;

    /// <summary>Writes the answer.</summary>
    public PredictionsWriter Writer { get; } = new();

    /// <summary>How many events there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many particle rows they have.</summary>
    public int Rows { get; private set; }

    /// <summary>Features, [events, 14]; those of models that read none are zero.</summary>
    public Span<float> Hlf => _hlf.AsSpan(0, Count * EventSchema.Features);

    /// <summary>Particle rows, [rows, 19].</summary>
    public Span<float> Particles => _particles.AsSpan(0, Rows * EventSchema.ParticleColumns);

    /// <summary>Where each event's rows begin and end, [events + 1].</summary>
    public Span<int> Offsets => _offsets.AsSpan(0, Count + 1);

    /// <summary>The events' ids.</summary>
    public Span<ulong> Ids => _ids.AsSpan(0, Count);

    /// <summary>How they were given.</summary>
    public Span<IdForm> Forms => _forms.AsSpan(0, Count);

    /// <summary>Events that get no probabilities, and why; in order.</summary>
    public IReadOnlyList<(int Event, string Reason)> Flags => _flags ?? (IReadOnlyList<(int, string)>)[];

    /// <summary>Adds an event without id, features and particles.</summary>
    public void AddEvent()
    {
        int i = Count;
        Grow(ref _hlf, (i + 1) * EventSchema.Features);
        Grow(ref _offsets, i + 2);
        Grow(ref _ids, i + 1);
        Grow(ref _forms, i + 1);
        Count++;
        _hlf.AsSpan(i * EventSchema.Features, EventSchema.Features).Clear();
        _offsets[0] = 0;
        _offsets[i + 1] = Rows;
        (_ids[i], _forms[i]) = (0, IdForm.None);
    }

    /// <summary>Gives the last event an id.</summary>
    public void SetId(ulong id, IdForm form) => (_ids[Count - 1], _forms[Count - 1]) = (id, form);

    /// <summary>Sets a feature of the last event.</summary>
    public void SetFeature(int column, float value) => _hlf[((Count - 1) * EventSchema.Features) + column] = value;

    /// <summary>Features of the last event, [14].</summary>
    public Span<float> HlfOfLast => _hlf.AsSpan((Count - 1) * EventSchema.Features, EventSchema.Features);

    /// <summary>Adds a particle row of zeros to the last event.</summary>
    /// <returns>The row, [19]; good until the next is added.</returns>
    public Span<float> AddParticle()
    {
        Grow(ref _particles, (Rows + 1) * EventSchema.ParticleColumns);
        Span<float> row = _particles.AsSpan(Rows * EventSchema.ParticleColumns, EventSchema.ParticleColumns);
        row.Clear();
        Rows++;
        _offsets[Count] = Rows;
        return row;
    }

    /// <summary>How many particle rows the last event has.</summary>
    public int RowsOfLast => Rows - _offsets[Count - 1];

    /// <summary>Sets a value of the last particle row.</summary>
    public void SetParticle(int column, float value) => _particles[((Rows - 1) * EventSchema.ParticleColumns) + column] = value;

    /// <summary>Notes that the last event can't be predicted.</summary>
    public void Flag(string reason)
    {
        _flags ??= [];
        if (_flags.Count == 0 || _flags[^1].Event != Count - 1)
            _flags.Add((Count - 1, reason));
    }

    /// <summary>Copies a body into one piece.</summary>
    /// <param name="body">The body.</param>
    /// <param name="slack">How many bytes of zero to put behind it.</param>
    public Span<byte> TextOf(in ReadOnlySequence<byte> body, int slack)
    {
        int length = checked((int)body.Length);
        Grow(ref _text, length + slack);
        body.CopyTo(_text);
        _text.AsSpan(length, slack).Clear();
        return _text.AsSpan(0, length + slack);
    }

    /// <summary>Forgets the events, and keeps memory and text.</summary>
    public void Restart()
    {
        (Count, Rows) = (0, 0);
        _flags?.Clear();
    }

    /// <summary>Room for the probabilities, [events, classes].</summary>
    public Span<float> Probabilities(int classes)
    {
        Grow(ref _probabilities, Count * classes);
        return _probabilities.AsSpan(0, Count * classes);
    }

    /// <summary>A task that ends with <see cref="Finish"/>; one at a time.</summary>
    public ValueTask Wait()
    {
        _done.Reset();
        return new ValueTask(this, _done.Version);
    }

    /// <summary>Ends the task of <see cref="Wait"/>.</summary>
    public void Finish(Exception? failure = null)
    {
        if (failure is null)
            _done.SetResult(true);
        else
            _done.SetException(failure);
    }

    void IValueTaskSource.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);

    /// <summary>Adds an event of another buffer.</summary>
    public void Copy(EventBuffer other, int index) =>
        Add(other.Hlf.Slice(index * EventSchema.Features, EventSchema.Features), other.Particles, other.Offsets.Slice(index, 2));

    /// <summary>Adds an event without an id.</summary>
    /// <param name="hlf">Its features; empty for zeros.</param>
    /// <param name="particles">Particle rows, its own among them; empty for none.</param>
    /// <param name="rows">Which rows are its own, from and to; empty for none.</param>
    public void Add(ReadOnlySpan<float> hlf, ReadOnlySpan<float> particles, ReadOnlySpan<int> rows)
    {
        AddEvent();
        hlf.CopyTo(_hlf.AsSpan((Count - 1) * EventSchema.Features));
        if (rows.IsEmpty || rows[1] == rows[0])
            return;
        int count = rows[1] - rows[0];
        Grow(ref _particles, (Rows + count) * EventSchema.ParticleColumns);
        particles[(rows[0] * EventSchema.ParticleColumns)..(rows[1] * EventSchema.ParticleColumns)]
            .CopyTo(_particles.AsSpan(Rows * EventSchema.ParticleColumns));
        Rows += count;
        _offsets[Count] = Rows;
    }

    /// <summary>Empties the buffer for the next request; memory of an unusually large one is given back.</summary>
    public void Clear()
    {
        Restart();
        if (_taken > KeptBytes)
            Release();
    }

    /// <summary>Gives all memory back.</summary>
    public void Release()
    {
        Free(ref _hlf);
        Free(ref _particles);
        Free(ref _offsets);
        Free(ref _ids);
        Free(ref _forms);
        Free(ref _probabilities);
        Free(ref _text);
        budget.Return(_taken);
        _taken = 0;
    }

    private void Grow<T>(ref T[] array, int length)
    {
        if (array.Length >= length)
            return;
        T[] larger = ArrayPool<T>.Shared.Rent(Math.Max(length, (int)Math.Min(Array.MaxLength, 2L * array.Length)));
        long bytes = (long)(larger.Length - array.Length) * System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        if (!budget.TryTake(bytes))
        {
            ArrayPool<T>.Shared.Return(larger);
            throw new RequestProblem(
                StatusCodes.Status429TooManyRequests, "", "other requests hold the memory for events; try again later");
        }
        _taken += bytes;
        array.CopyTo(larger, 0);
        if (array.Length > 0)
            ArrayPool<T>.Shared.Return(array);
        array = larger;
    }

    private static void Free<T>(ref T[] array)
    {
        if (array.Length > 0)
            ArrayPool<T>.Shared.Return(array);
        array = [];
    }
}
