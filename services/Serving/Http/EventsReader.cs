using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DaprHep.Data.Events;
using DaprHep.Learning.Inference;
using DaprHep.Physics;

namespace DaprHep.Serving.Http;

/// <summary>
/// Reads <c>{"events":[{"id":…,"hlf":[…14],"particles":[[…19],…]},…]}</c> as its bytes come, straight into a buffer's arrays; features and
/// particle values may also be objects with their names. What is wrong is said by its path, and at once.
/// </summary>
internal sealed class EventsReader
{
    private const float LargestMagnitude = 1e9f;
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

    /// <summary>Reads what is there of a body.</summary>
    /// <returns>Whether that was all of it.</returns>
    /// <exception cref="RequestProblem">It is malformed, or more than is allowed.</exception>
    public bool TryRead(PipeReader body)
    {
        while (body.TryRead(out ReadResult read))
        {
            if (Take(body, read))
                return true;
        }
        return false;
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
            throw Malformed(Path(), MessageOf(e));
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
            throw Malformed(Path(), MessageOf(e));
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

    private void TakeStructure(ref Utf8JsonReader reader, JsonTokenType token)
    {
        switch (_state)
        {
            case State.Start:
                Expect(token, JsonTokenType.StartObject, "an object with the field events");
                _state = State.Root;
                break;
            case State.Root when token == JsonTokenType.EndObject:
                if (!_fields.HasFlag(Fields.Events))
                    throw Malformed("$.events", "expected a list of events, found none");
                _state = State.End;
                break;
            case State.Root:
                if (!reader.ValueTextEquals("events"u8))
                    throw Malformed($"$.{NameIn(ref reader)}", "is not a known field; expected events");
                Once(Fields.Events, "events");
                _state = State.EventsStart;
                break;
            case State.EventsStart:
                Expect(token, JsonTokenType.StartArray, "a list of events");
                _state = State.Events;
                break;
            case State.Events when token == JsonTokenType.EndArray:
                _state = State.Root;
                break;
            case State.Events:
                BeginEvent(token);
                break;
            case State.Event when token == JsonTokenType.EndObject:
                EndEvent();
                break;
            case State.Event:
                BeginField(ref reader);
                break;
            case State.Id:
                TakeId(ref reader, token);
                break;
            case State.HlfStart:
                _state = token switch
                {
                    JsonTokenType.StartArray => State.Hlf,
                    JsonTokenType.StartObject => State.HlfNames,
                    _ => throw Malformed(Path(), $"expected {EventSchema.Features} numbers, found {Text(token)}"),
                };
                (_column, _given) = (0, 0);
                break;
            case State.HlfNames when token == JsonTokenType.EndObject:
                EndHlfNames();
                break;
            case State.HlfNames:
                _column = FeatureOf(ref reader);
                _state = State.HlfValue;
                break;
            case State.ParticlesStart:
                Expect(token, JsonTokenType.StartArray, "a list of particles");
                _state = State.Particles;
                break;
            case State.RowNames when token == JsonTokenType.EndObject:
                _state = State.Particles;
                break;
            case State.RowNames:
                _column = ParticleColumnOf(ref reader);
                _state = State.RowValue;
                break;
            default:
                throw Malformed("$", $"expected the end, found {Text(token)}");
        }
    }

    private void BeginEvent(JsonTokenType token)
    {
        if (_events.Count == _limits.MostEvents)
        {
            throw new RequestProblem(
                StatusCodes.Status413PayloadTooLarge,
                "$.events",
                $"expected at most {_limits.MostEvents} events; send more as an Arrow stream");
        }
        if (token != JsonTokenType.StartObject)
            throw Malformed($"$.events[{_events.Count}]", $"expected an object, found {Text(token)}");
        _events.AddEvent();
        _fields &= Fields.Events;
        _state = State.Event;
    }

    private void BeginField(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("hlf"u8))
        {
            Once(Fields.Hlf, "hlf");
            Begin(_predictor.ReadsHlf, State.HlfStart, ref reader);
        }
        else if (reader.ValueTextEquals("particles"u8))
        {
            Once(Fields.Particles, "particles");
            Begin(_predictor.ReadsParticles, State.ParticlesStart, ref reader);
        }
        else if (reader.ValueTextEquals("id"u8))
        {
            Once(Fields.Id, "id");
            _state = State.Id;
        }
        else
        {
            throw Malformed($"{Path()}.{NameIn(ref reader)}", "is not a known field; expected id, hlf or particles");
        }
    }

    // What the model does not read is passed over.
    private void Begin(bool isRead, State state, ref Utf8JsonReader reader)
    {
        _state = isRead ? state : State.Skip;
        (_skipDepth, _afterSkip) = (reader.CurrentDepth, State.Event);
    }

    private void EndEvent()
    {
        if (_predictor.ReadsHlf && !_fields.HasFlag(Fields.Hlf))
            throw Unfit($"{Path()}.hlf", $"expected {EventSchema.Features} numbers, found none");
        if (_predictor.ReadsParticles && (!_fields.HasFlag(Fields.Particles) || _events.RowsOfLast == 0))
            throw Unfit($"{Path()}.particles", $"expected 1 to {ParticleColumns.MaxParticles} particles, the lepton first, found none");
        _state = State.Events;
    }

    private void TakeId(ref Utf8JsonReader reader, JsonTokenType token)
    {
        ulong id = 0;
        bool isId = token switch
        {
            JsonTokenType.Number => reader.TryGetUInt64(out id),
            JsonTokenType.String => reader.ValueSpan.Length + reader.ValueSequence.Length <= 20
                && ulong.TryParse(reader.GetString(), System.Globalization.NumberStyles.None, null, out id),
            _ => false,
        };
        if (!isId)
            throw Unfit(Path(), "expected a whole number from 0 to 2⁶⁴−1, as a number or as text");
        _events.SetId(id, token == JsonTokenType.String ? IdForm.Text : IdForm.Number);
        _state = State.Event;
    }

    private void TakeFeature(ref Utf8JsonReader reader)
    {
        if (_column >= EventSchema.Features)
            throw Unfit(Path(), $"expected {EventSchema.Features} numbers, found more");
        float value = NumberIn(ref reader);
        _events.SetFeature(_column, value);
        _column++;
    }

    private void EndHlf()
    {
        if (_column != EventSchema.Features)
            throw Unfit(Path(), $"expected {EventSchema.Features} numbers, found {_column}");
        _state = State.Event;
    }

    private void EndHlfNames()
    {
        for (int k = 0; k < EventSchema.Features; k++)
        {
            if ((_given & (1u << k)) == 0)
                throw Unfit($"{Path()}.{_predictor.Description.Features[k].Name}", "expected a number, found none");
        }
        _state = State.Event;
    }

    private int FeatureOf(ref Utf8JsonReader reader)
    {
        for (int k = 0; k < EventSchema.Features; k++)
        {
            if (!reader.ValueTextEquals(_predictor.Description.Features[k].Name))
                continue;
            if ((_given & (1u << k)) != 0)
                throw Malformed($"{Path()}.{_predictor.Description.Features[k].Name}", "is there twice");
            _given |= 1u << k;
            return k;
        }
        string names = string.Join(", ", _predictor.Description.Features.Select(feature => feature.Name));
        throw Malformed($"{Path()}.{NameIn(ref reader)}", $"is not a known feature; expected {names}");
    }

    private int ParticleColumnOf(ref Utf8JsonReader reader)
    {
        for (int k = 0; k < EventSchema.ParticleColumns; k++)
        {
            if (reader.ValueTextEquals(ParticleColumns.Names[k]))
                return k;
        }
        string names = string.Join(", ", ParticleColumns.Names);
        throw Malformed($"{Path()}.{NameIn(ref reader)}", $"is not a known value of a particle; expected {names}");
    }

    private void TakeParticle(JsonTokenType token)
    {
        if (token == JsonTokenType.EndArray)
        {
            _state = State.Event;
            return;
        }
        if (_events.RowsOfLast == ParticleColumns.MaxParticles)
            throw Unfit(Path(), $"expected at most {ParticleColumns.MaxParticles} particles, found more");
        _state = token switch
        {
            JsonTokenType.StartArray => State.Row,
            JsonTokenType.StartObject => State.RowNames,
            _ => throw Malformed(
                $"{Path()}[{_events.RowsOfLast}]", $"expected {EventSchema.ParticleColumns} numbers, found {Text(token)}"),
        };
        _events.AddParticle();
        _column = 0;
    }

    private void TakeParticleValue(ref Utf8JsonReader reader)
    {
        if (_column >= EventSchema.ParticleColumns)
            throw Unfit(Path(), $"expected {EventSchema.ParticleColumns} numbers, found more");
        _events.SetParticle(_column, NumberIn(ref reader));
        _column++;
    }

    private void EndRow()
    {
        if (_column != EventSchema.ParticleColumns)
            throw Unfit(Path(), $"expected {EventSchema.ParticleColumns} numbers, found {_column}");
        _state = State.Particles;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float NumberIn(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetSingle(out float value))
            throw Malformed(ValuePath(), $"expected a number, found {Text(reader.TokenType)}");
        return MathF.Abs(value) <= LargestMagnitude ? value : Odd(value);
    }

    private float Odd(float value)
    {
        string problem = FormattableString.Invariant($"is {value:G4}; expected a number of magnitude {LargestMagnitude:0} or less");
        string path = ValuePath();
        if (!_limits.FlagOddValues)
            throw Unfit(path, problem);
        _events.Flag($"{path[(path.IndexOf(']', StringComparison.Ordinal) + 2)..]} {problem}");
        return 0;
    }

    // By name, because nobody counts columns.
    private string ValuePath() => _state is State.Hlf or State.HlfValue
        ? $"$.events[{_events.Count - 1}].hlf.{_predictor.Description.Features[Math.Min(_column, EventSchema.Features - 1)].Name}"
        : $"{Path()}.{ParticleColumns.Names[Math.Min(_column, EventSchema.ParticleColumns - 1)]}";

    private string Path()
    {
        if (_state is State.Start or State.Root or State.End)
            return "$";
        if (_state is State.EventsStart or State.Events)
            return "$.events";
        string one = $"$.events[{_events.Count - 1}]";
        return _state switch
        {
            State.Id => $"{one}.id",
            State.HlfStart or State.Hlf or State.HlfNames or State.HlfValue => $"{one}.hlf",
            State.ParticlesStart or State.Particles => $"{one}.particles",
            State.Row or State.RowNames or State.RowValue => $"{one}.particles[{_events.RowsOfLast - 1}]",
            _ => one,
        };
    }

    private void Once(Fields field, string name)
    {
        if (_fields.HasFlag(field))
            throw Malformed($"{Path()}.{name}", "is there twice");
        _fields |= field;
    }

    private void Expect(JsonTokenType found, JsonTokenType expected, string what)
    {
        if (found != expected)
            throw Malformed(Path(), $"expected {what}, found {Text(found)}");
    }

    private static string NameIn(ref Utf8JsonReader reader)
    {
        const int Shown = 40;
        string name = reader.GetString()!;
        return name.Length <= Shown ? name : name[..Shown] + "…";
    }

    private static RequestProblem Malformed(string path, string problem) => new(StatusCodes.Status400BadRequest, path, problem);

    private static RequestProblem Unfit(string path, string problem) => new(StatusCodes.Status422UnprocessableEntity, path, problem);

    private static string Text(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => "text",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a truth value",
        JsonTokenType.Null => "null",
        _ => "the end of a list or an object",
    };

    // Text that is no UTF-8, or has half a surrogate pair, shows only when it is looked at.
    private static bool IsMalformed(Exception e) => e is JsonException or InvalidOperationException;

    // The position is the body's own line and byte; the path says it better.
    private static string MessageOf(Exception e)
    {
        int position = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        string message = position < 0 ? e.Message : e.Message[..position];
        return e is JsonException json ? $"{message} (line {json.LineNumber + 1}, byte {json.BytePositionInLine})" : message;
    }
}
