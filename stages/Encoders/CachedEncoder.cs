// N images, S height and width of the encoder's input, D features
using Distill.Encoders.Features;
using Distill.Encoders.Models;
using Distill.Encoders.Options;
using Distill.Learning.Arithmetic;
using Distill.Pipeline.Storage;
using static TorchSharp.torch;

namespace Distill.Encoders;

/// <summary>A frozen encoder that computes the features of an image once and keeps them on disk.</summary>
public sealed class CachedEncoder : IDisposable
{
    private readonly OnnxEncoder _encoder;
    private readonly FeatureCache _cache;

    private CachedEncoder(OnnxEncoder encoder, FeatureCache cache) => (_encoder, _cache) = (encoder, cache);

    /// <summary>Opens a model and the features that it has computed before.</summary>
    /// <param name="options">The encoder.</param>
    /// <param name="cacheFolder">The folder of the features of all encoders.</param>
    /// <param name="warn">Takes one sentence about each damaged file of features.</param>
    /// <exception cref="Distill.Pipeline.Options.UserException">The model is missing, damaged, or not an encoder of images.</exception>
    public static CachedEncoder Open(EncoderOptions options, string cacheFolder, Action<string> warn)
    {
        var fingerprint = EncoderFiles.Fingerprint(options);
        var encoder = OnnxEncoder.Open(options);
        try
        {
            var key = FileHash.OfText($"{fingerprint}\n{encoder.Description}");
            var cache = new FeatureCache(Path.Combine(cacheFolder, key[..16]), key, encoder.Dimensions, warn);
            cache.Open();
            return new CachedEncoder(encoder, cache);
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>Height and width of the images, in pixels.</summary>
    public int Size => _encoder.Size;

    /// <inheritdoc cref="OnnxEncoder.BatchMultiple"/>
    public int BatchMultiple => _encoder.BatchMultiple;

    /// <inheritdoc cref="OnnxEncoder.Summary"/>
    public string Summary => _encoder.Summary;

    /// <summary>D, number of features.</summary>
    public int Dimensions => _encoder.Dimensions;

    /// <summary>Returns features: [N, D], fp32, on the CPU. Threads may call it at the same time.</summary>
    /// <param name="images_N3SS">uint8, RGB, on the CPU.</param>
    public Tensor Features(Tensor images_N3SS)
    {
        var count = (int)images_N3SS.shape[0];
        var hashes = new ImageHash[count];
        var features = new float[count * Dimensions];
        var missing = new List<int>();
        for (var i = 0; i < count; i++)
        {
            using var image_3SS = images_N3SS.select(0, i).contiguous();
            hashes[i] = ImageHash.Of(image_3SS.bytes);
            if (!_cache.TryGet(hashes[i], RowOf(i)))
            {
                missing.Add(i);
            }
        }

        if (missing.Count > 0)
        {
            using var scope = NewDisposeScope();
            var index = tensor(missing.Select(i => (long)i).ToArray());
            var computed = _encoder.Features(images_N3SS.index_select(0, index)).ReadAll<float>();
            for (var i = 0; i < missing.Count; i++)
            {
                computed.AsSpan(i * Dimensions, Dimensions).CopyTo(RowOf(missing[i]));
                _cache.Add(hashes[missing[i]], RowOf(missing[i]));
            }
        }

        return tensor(features, [count, Dimensions]);

        Span<float> RowOf(int image) => features.AsSpan(image * Dimensions, Dimensions);
    }

    public void Dispose()
    {
        try
        {
            _cache.Dispose();
        }
        finally
        {
            _encoder.Dispose();
        }
    }
}
