using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using DaprHep.Learning.Inference;

namespace DaprHep.Serving.Http.Json;

/// <summary>
/// Reads <c>{"events":[{"id":…,"hlf":[…14],"particles":[[…19],…]},…]}</c> as its bytes come, straight into a buffer's arrays; features and
/// particle values may also be objects with their names. What is wrong is said by its path, and at once.
/// </summary>
internal sealed partial class EventsReader
{
    /// <summary>The largest magnitude that a value may have.</summary>
    public const float LargestMagnitude = 1e9f;

    private const int LongestToken = 1 << 16;
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 16 };

    private readonly EventBuffer _events;
    private readonly ServingLimits _limits;
    private readonly Predictor _predictor;
    private JsonReaderState _json = new(Options);
    private State _state = State.Start;
    private Fields _fields;
    private uint _given;
    private int _column;
    private int _skipDepth;
    private State _afterSkip;

    public EventsReader(EventBuffer events, ServingLimits limits, Predictor predictor) =>
        (_events, _limits, _predictor) = (events, limits, predictor);

    private enum State : byte
    {
        Start, Root, EventsStart, Events, Event, Id, HlfStart, Hlf, HlfNames, HlfValue, ParticlesStart, Particles, Row, RowNames, RowValue,
        Skip, End,
    }

    [Flags]
    private enum Fields : byte
    {
        None = 0,
        Id = 1,
        Hlf = 2,
        Particles = 4,
        Events = 8,
    }

    /// <summary>Reads a body to its end.</summary>
    /// <exception cref="RequestProblem">It is malformed, or more than is allowed.</exception>
    public async ValueTask ReadAsync(PipeReader body, CancellationToken cancellation)
    {
        while (!Take(body, await body.ReadAsync(cancellation)))
        {
        }
    }

    private bool Take(PipeReader body, ReadResult read)
    {
        SequencePosition consumed = read.Buffer.End;
        try
        {
            SequencePosition understood = Read(read.Buffer, read.IsCompleted);
            if (read.IsCompleted)
                return true;
            if (read.Buffer.Slice(understood).Length > LongestToken)
                throw new RequestProblem(StatusCodes.Status400BadRequest, Path(), $"a value is longer than {LongestToken} characters");
            consumed = understood;
            return false;
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw MalformedBy(e);
        }
        finally
        {
            // Also when the body is refused: the server reads what is left of it.
            body.AdvanceTo(consumed, read.Buffer.End);
        }
    }

    /// <summary>Reads a body that is whole in memory.</summary>
    /// <exception cref="RequestProblem">It is malformed, or more than is allowed.</exception>
    public void Read(ReadOnlySpan<byte> body)
    {
        try
        {
            Take(new Utf8JsonReader(body, isFinalBlock: true, _json));
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw MalformedBy(e);
        }
    }

    private SequencePosition Read(ReadOnlySequence<byte> bytes, bool isLast)
    {
        Utf8JsonReader reader = bytes.IsSingleSegment
            ? new Utf8JsonReader(bytes.FirstSpan, isLast, _json)
            : new Utf8JsonReader(bytes, isLast, _json);
        return bytes.GetPosition(Take(reader));
    }

    private long Take(Utf8JsonReader reader)
    {
        while (reader.Read())
            Take(ref reader);
        _json = reader.CurrentState;
        return reader.BytesConsumed;
    }

    private void Take(ref Utf8JsonReader reader)
    {
        JsonTokenType token = reader.TokenType;
        switch (_state)
        {
            case State.Hlf:
                if (token == JsonTokenType.EndArray)
                    EndHlf();
                else
                    TakeFeature(ref reader);
                break;
            case State.Row:
                if (token == JsonTokenType.EndArray)
                    EndRow();
                else
                    TakeParticleValue(ref reader);
                break;
            case State.HlfValue:
                TakeFeature(ref reader);
                _state = State.HlfNames;
                break;
            case State.RowValue:
                TakeParticleValue(ref reader);
                _state = State.RowNames;
                break;
            case State.Particles:
                TakeParticle(token);
                break;
            case State.Skip:
                if (reader.CurrentDepth == _skipDepth && token is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
                    _state = _afterSkip;
                break;
            default:
                TakeStructure(ref reader, token);
                break;
        }
    }
}
