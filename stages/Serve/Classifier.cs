using Distill.Artifacts;
using Distill.Datasets.Decoding;
using Distill.Pipeline.Options;

namespace Distill.Serve;

/// <summary>Decodes and classifies images, one piece of work at a time, exactly as <c>distill predict</c> does.</summary>
internal sealed class Classifier(PublishedModel model, long maxPixels) : IAsyncDisposable
{
    private readonly SemaphoreSlim _lane = new(1);

    /// <summary>Decodes a file to the pixels that the network sees.</summary>
    /// <exception cref="UserException">The file is not an image, or too large an image; the message is the reason.</exception>
    /// <exception cref="OperationCanceledException">The time is over; the work ends later, and the next waits for it.</exception>
    public Task<byte[]> DecodeAsync(byte[] encoded, CancellationToken cancel) =>
        RunAsync(() => ImageFile.Decode(encoded, model.Config.Preprocessing, maxPixels), cancel);

    /// <summary>Computes the predictions of each image, the most likely class first.</summary>
    /// <inheritdoc cref="DecodeAsync" path="/exception"/>
    public Task<IReadOnlyList<IReadOnlyList<Prediction>>> ClassifyAsync(IReadOnlyList<byte[]> images, CancellationToken cancel) =>
        RunAsync<IReadOnlyList<IReadOnlyList<Prediction>>>(() => [.. model.Probabilities(images).Select(Ranked)], cancel);

    /// <summary>Waits for abandoned work, which still uses the model.</summary>
    public async ValueTask DisposeAsync()
    {
        await _lane.WaitAsync();
        _lane.Dispose();
    }

    private IReadOnlyList<Prediction> Ranked(float[] probabilities) =>
    [
        .. model.Config.Labels.Zip(probabilities, (label, probability) => new Prediction(label, probability))
            .OrderByDescending(prediction => prediction.Probability),
    ];

    /// <summary>If a caller stops waiting, the lane stays taken until the work has ended, so abandoned work cannot pile up.</summary>
    private async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancel)
    {
        await _lane.WaitAsync(cancel);
        var running = Task.Run(
            () =>
            {
                try
                {
                    return work();
                }
                finally
                {
                    _lane.Release();
                }
            },
            CancellationToken.None);
        return await running.WaitAsync(cancel);
    }
}

/// <summary>A class and its probability.</summary>
internal readonly record struct Prediction(string Label, float Probability);
