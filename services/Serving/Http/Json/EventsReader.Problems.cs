using System.Text.Json;
using DaprHep.Data.Events;
using DaprHep.Physics;

namespace DaprHep.Serving.Http.Json;

/// <content>What is wrong with a body, and where in it.</content>
internal sealed partial class EventsReader
{
    private static readonly string[] BareNames = ["'N'", "'I'", "'nan'", "'i'"];

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

    // NaN and Infinity, as some writers of JSON have them bare: the parser does not know them, the caller wants to know which value it is.
    private RequestProblem MalformedBy(Exception e) =>
        _state is State.Hlf or State.HlfValue or State.Row or State.RowValue && BareNames.Any(e.Message.Contains)
            ? Malformed(ValuePath(), $"expected a number, found something else (NaN and Infinity are no JSON numbers): {MessageOf(e)}")
            : Malformed(Path(), MessageOf(e));

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
