using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using DaprHep.Learning.Inference;
using DaprHep.Serving.Models;

namespace DaprHep.Serving.Http;

/// <summary>
/// Writes <c>{"model":…,"version":…,"classes":[…],"predictions":[{"id":…,"class":…,"probabilities":[…]},…]}</c>, a piece at a time.
/// </summary>
internal sealed class PredictionsWriter : IDisposable
{
    private const int PieceBytes = 1 << 16;
    private static readonly JsonEncodedText Model = JsonEncodedText.Encode("model"), Version = JsonEncodedText.Encode("version");
    private static readonly JsonEncodedText Classes = JsonEncodedText.Encode("classes");
    private static readonly JsonEncodedText Predictions = JsonEncodedText.Encode("predictions");
    private static readonly JsonEncodedText Id = JsonEncodedText.Encode("id"), Class = JsonEncodedText.Encode("class");
    private static readonly JsonEncodedText Probabilities = JsonEncodedText.Encode("probabilities");
    private static readonly JsonEncodedText Flagged = JsonEncodedText.Encode("flagged");
    private readonly Utf8JsonWriter _json = new(Stream.Null, new JsonWriterOptions { SkipValidation = true });

    /// <summary>Writes the answer for all events of a buffer; those who went to another version have its name.</summary>
    /// <param name="output">The body.</param>
    /// <param name="events">The events with their probabilities.</param>
    /// <param name="answer">Which versions have answered.</param>
    /// <param name="cancellation">The caller has gone.</param>
    public async ValueTask WriteAsync(PipeWriter output, EventBuffer events, Answer answer, CancellationToken cancellation)
    {
        _json.Reset(output);
        int flag = 0;
        Begin(answer);
        for (int i = 0; i < events.Count; i++)
        {
            string? reason = flag < events.Flags.Count && events.Flags[flag].Event == i ? events.Flags[flag++].Reason : null;
            Write(events, answer, i, reason);
            if (_json.BytesPending < PieceBytes)
                continue;
            _json.Flush();
            await output.FlushAsync(cancellation);
        }
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void Begin(Answer answer)
    {
        Predictor predictor = answer.Serving.Predictor;
        _json.WriteStartObject();
        _json.WriteString(Model, answer.Model);
        _json.WriteString(Version, answer.Serving.Version.Version);
        _json.WriteStartArray(Classes);
        for (int c = 0; c < predictor.Classes; c++)
            _json.WriteStringValue(predictor.Description.Classes[c]);
        _json.WriteEndArray();
        _json.WriteStartArray(Predictions);
    }

    private void Write(EventBuffer events, Answer answer, int i, string? flag)
    {
        _json.WriteStartObject();
        if (events.Forms[i] == IdForm.Number)
            _json.WriteNumber(Id, events.Ids[i]);
        else if (events.Forms[i] == IdForm.Text)
            _json.WriteString(Id, events.Ids[i].ToString(CultureInfo.InvariantCulture));
        if (answer.Canary is { } canary && answer.GoesToCanary(events, i))
            _json.WriteString(Version, canary.Version.Version);
        if (flag is not null)
        {
            _json.WriteString(Flagged, flag);
            _json.WriteNull(Probabilities);
        }
        else
        {
            Predictor predictor = answer.Serving.Predictor;
            ReadOnlySpan<float> own = events.Probabilities(predictor.Classes).Slice(i * predictor.Classes, predictor.Classes);
            int best = 0;
            for (int c = 1; c < own.Length; c++)
                best = own[c] > own[best] ? c : best;
            _json.WriteString(Class, predictor.Description.Classes[best]);
            _json.WriteStartArray(Probabilities);
            foreach (float probability in own)
                _json.WriteNumberValue(probability);
            _json.WriteEndArray();
        }
        _json.WriteEndObject();
    }
}
