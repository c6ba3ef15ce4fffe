using System.Text.Json;
using DaprHep.Data.Events;
using DaprHep.Physics;

namespace DaprHep.Serving.Http.Json;

/// <content>Which fields there are, and in which order tokens may come.</content>
internal sealed partial class EventsReader
{
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
                EndRowNames();
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
}
