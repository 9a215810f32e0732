using System.Text.Json.Nodes;
using Distill.Pipeline.Options;
using Microsoft.AspNetCore.Http;

namespace Distill.Serve.Requests;

/// <summary>Answers <c>POST /predict</c>: one entry per image, with its predictions or the reason why it has none.</summary>
internal sealed class PredictRequest(Classifier classifier, ServeOptions limits)
{
    private readonly Uploads _uploads = new(limits);

    /// <summary>Classifies the images of a request, all in one batch.</summary>
    /// <exception cref="RequestRefusedException">The request is above a limit, or none of its images can be used.</exception>
    public async Task<JsonArray> AnswerAsync(HttpRequest request, CancellationToken cancel)
    {
        var images = new List<DecodedUpload>();
        await foreach (var upload in _uploads.ReadAsync(request, cancel))
        {
            images.Add(await DecodeAsync(upload, cancel));
        }

        if (images is [{ Error: { } reason } only])
        {
            throw new RequestRefusedException(422, only.File is null ? reason : $"{only.File}: {reason}");
        }

        byte[][] pixels = [.. images.Select(image => image.Pixels).OfType<byte[]>()];
        var predictions = new Queue<IReadOnlyList<Prediction>>(pixels.Length == 0 ? [] : await classifier.ClassifyAsync(pixels, cancel));
        return [.. images.Select(
            image => image.Error is { } error ? Failed(image.File, error) : Classified(image.File, predictions.Dequeue()))];
    }

    private async Task<DecodedUpload> DecodeAsync(Upload upload, CancellationToken cancel)
    {
        try
        {
            return new DecodedUpload(upload.File, await classifier.DecodeAsync(upload.Bytes, cancel), null);
        }
        catch (UserException error)
        {
            return new DecodedUpload(upload.File, null, error.Message);
        }
    }

    private static JsonObject Failed(string? file, string error) => new() { ["file"] = file, ["error"] = error };

    private static JsonObject Classified(string? file, IReadOnlyList<Prediction> predictions) => new()
    {
        ["file"] = file,
        ["predictions"] = new JsonArray([.. predictions.Select(prediction =>
            new JsonObject { ["label"] = prediction.Label, ["probability"] = prediction.Probability })]),
    };

    /// <summary>The pixels of an image, or the reason why there are none.</summary>
    private sealed record DecodedUpload(string? File, byte[]? Pixels, string? Error);
}
