using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DaprHep.Data.Events;
using DaprHep.Learning.Inference;
using DaprHep.Physics;

namespace DaprHep.Serving.Http.Json;

/// <summary>
/// Reads bodies as nearly all are: features and particles as lists of numbers, each field once, every value allowed. It knows only how to
/// accept. Whatever else is in a body, right or wrong, is left to <see cref="EventsReader"/>, which reads it again from the start and says
/// what is wrong; what is accepted here, that one reads to the same bits.
/// </summary>
internal ref struct UsualEvents
{
    private readonly ref readonly byte _text;
    private readonly int _length;
    private readonly EventBuffer _events;
    private readonly Predictor _predictor;
    private int _at;

    private UsualEvents(ReadOnlySpan<byte> text, int length, EventBuffer events, Predictor predictor)
    {
        _text = ref MemoryMarshal.GetReference(text);
        _length = length;
        _events = events;
        _predictor = predictor;
    }

    /// <summary>Reads a body.</summary>
    /// <param name="text">The body, and <see cref="FloatText.Slack"/> bytes of zero.</param>
    /// <param name="events">Receives the events; left with some of them where the body is not a usual one.</param>
    /// <param name="mostEvents">How many there may be.</param>
    /// <param name="predictor">Who is to judge them.</param>
    /// <returns>Whether the body was read.</returns>
    /// <exception cref="RequestProblem">There is no memory for the events.</exception>
    public static bool TryRead(ReadOnlySpan<byte> text, EventBuffer events, int mostEvents, Predictor predictor) =>
        new UsualEvents(text, text.Length - FloatText.Slack, events, predictor).TryRead(mostEvents);

    private bool TryRead(int mostEvents)
    {
        if (!Take('{') || !TakeName("\"events\""u8) || !Take('['))
            return false;
        if (!Take(']'))
        {
            do
            {
                if (_events.Count == mostEvents || !TryReadEvent())
                    return false;
            }
            while (Take(','));
            if (!Take(']'))
                return false;
        }
        return Take('}') && Next() == 0 && _at == _length;
    }

    private bool TryReadEvent()
    {
        if (!Take('{'))
            return false;
        _events.AddEvent();
        (bool id, bool hlf, bool particles) = (false, false, false);
        do
        {
            bool isRead = !hlf && TakeName("\"hlf\""u8) ? hlf = TryReadHlf()
                : !particles && TakeName("\"particles\""u8) ? particles = TryReadParticles()
                : !id && TakeName("\"id\""u8) && (id = TryReadId());
            if (!isRead)
                return false;
        }
        while (Take(','));
        return Take('}') && (hlf || !_predictor.ReadsHlf) && (_events.RowsOfLast > 0 || !_predictor.ReadsParticles);
    }

    private bool TryReadHlf()
    {
        Span<float> passedOver = stackalloc float[EventSchema.Features];
        return TryReadNumbers(_predictor.ReadsHlf ? _events.HlfOfLast : passedOver);
    }

    private bool TryReadParticles()
    {
        Span<float> passedOver = stackalloc float[EventSchema.ParticleColumns];
        if (!Take('['))
            return false;
        if (Take(']'))
            return true;
        int rows = 0;
        do
        {
            if (++rows > ParticleColumns.MaxParticles || !TryReadNumbers(_predictor.ReadsParticles ? _events.AddParticle() : passedOver))
                return false;
        }
        while (Take(','));
        return Take(']');
    }

    private bool TryReadNumbers(scoped Span<float> values)
    {
        if (!Take('['))
            return false;
        for (int k = 0; k < values.Length; k++)
        {
            if (k > 0 && !Take(','))
                return false;
            Next();
            int length = FloatText.Read(in Unsafe.Add(ref Unsafe.AsRef(in _text), _at), out float value);
            if (length == 0 || MathF.Abs(value) > EventsReader.LargestMagnitude)
                return false;
            values[k] = value;
            _at += length;
        }
        return Take(']');
    }

    private bool TryReadId()
    {
        const int MostDigits = 19;
        bool isText = Take('"');
        int first = _at;
        ulong id = 0;
        for (uint digit; (digit = Byte() - (uint)'0') <= 9; _at++)
            id = (10 * id) + digit;
        int digits = _at - first;
        if (digits is 0 or > MostDigits || (!isText && digits > 1 && Unsafe.Add(ref Unsafe.AsRef(in _text), first) == '0'))
            return false;
        _events.SetId(id, isText ? IdForm.Text : IdForm.Number);
        return !isText || TakeAtOnce('"');
    }

    private bool TakeName(ReadOnlySpan<byte> name)
    {
        Next();
        if (!MemoryMarshal.CreateReadOnlySpan(in Unsafe.Add(ref Unsafe.AsRef(in _text), _at), Math.Min(name.Length, _length - _at))
            .SequenceEqual(name))
        {
            return false;
        }
        _at += name.Length;
        return Take(':');
    }

    /// <summary>Takes a character and what white space is before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Take(char expected)
    {
        if (TakeAtOnce(expected))
            return true;
        return Next() == expected && TakeAtOnce(expected);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TakeAtOnce(char expected)
    {
        if (Byte() != expected)
            return false;
        _at++;
        return true;
    }

    /// <summary>Passes over white space.</summary>
    /// <returns>The byte behind it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Next()
    {
        uint next;
        while ((next = Byte()) is ' ' or '\n' or '\r' or '\t')
            _at++;
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly uint Byte() => Unsafe.Add(ref Unsafe.AsRef(in _text), _at);
}
