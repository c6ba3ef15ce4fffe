using System.Runtime.CompilerServices;
using System.Text.Json;
using DaprHep.Data.Events;
using DaprHep.Physics;

namespace DaprHep.Serving.Http.Json;

/// <content>Ids, features and particles, and what their values may be.</content>
internal sealed partial class EventsReader
{
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
        (_column, _given) = (0, 0);
    }

    private void TakeParticleValue(ref Utf8JsonReader reader)
    {
        if (_column >= EventSchema.ParticleColumns)
            throw Unfit(Path(), $"expected {EventSchema.ParticleColumns} numbers, found more");
        _events.SetParticle(_column, NumberIn(ref reader));
        _column++;
    }

    private int ParticleColumnOf(ref Utf8JsonReader reader)
    {
        for (int k = 0; k < EventSchema.ParticleColumns; k++)
        {
            if (!reader.ValueTextEquals(ParticleColumns.Names[k]))
                continue;
            if ((_given & (1u << k)) != 0)
                throw Malformed($"{Path()}.{ParticleColumns.Names[k]}", "is there twice");
            _given |= 1u << k;
            return k;
        }
        string names = string.Join(", ", ParticleColumns.Names);
        throw Malformed($"{Path()}.{NameIn(ref reader)}", $"is not a known value of a particle; expected {names}");
    }

    private void EndRowNames()
    {
        for (int k = 0; k < EventSchema.ParticleColumns; k++)
        {
            if ((_given & (1u << k)) == 0)
                throw Unfit($"{Path()}.{ParticleColumns.Names[k]}", "expected a number, found none");
        }
        _state = State.Particles;
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
            return NoNumberIn(ref reader);
        return MathF.Abs(value) <= LargestMagnitude ? value : Odd(value);
    }

    // What is not finite is no JSON number; some writers put a name in its place, others null.
    private float NoNumberIn(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null && _limits.FlagOddValues)
            return Odd(float.NaN);
        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueTextEquals("NaN"u8))
                return Odd(float.NaN);
            if (reader.ValueTextEquals("Infinity"u8))
                return Odd(float.PositiveInfinity);
            if (reader.ValueTextEquals("-Infinity"u8))
                return Odd(float.NegativeInfinity);
        }
        throw Malformed(ValuePath(), $"expected a number, found {Text(reader.TokenType)}");
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
}
