// N images, C channels, H height, W width, S height and width of an encoder's input, D features of an encoder, K classes
using Distill.Encoders.Models;
using Distill.Encoders.Options;
using Distill.Imaging.Evaluation.Probes;
using Distill.Learning.Arithmetic;
using Distill.Learning.Networks;
using Distill.Learning.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Distill.Encoders;

/// <summary>
/// A classifier of frozen encoders, each with a linear layer on its features. With several encoders, it averages their probabilities. Only
/// the linear layers are weights of this network.
/// </summary>
public sealed class EncoderTeacher : nn.Module<Tensor, Tensor>, ISizedNetwork, IExternalWeights
{
    private readonly CachedEncoder[] _encoders;
    private readonly Linear[] _classifiers;

    /// <summary>Opens the encoders. The linear layers are zero until weights are loaded or fitted.</summary>
    /// <param name="encoders">The encoders; at least one.</param>
    /// <param name="cacheFolder">The folder of their features.</param>
    /// <param name="classes">K.</param>
    /// <param name="warn">Takes one sentence about each damaged file of features.</param>
    /// <exception cref="Distill.Pipeline.Options.UserException">A model is missing, damaged, or not an encoder of images.</exception>
    public EncoderTeacher(IReadOnlyList<EncoderOptions> encoders, string cacheFolder, int classes, Action<string> warn)
        : base(nameof(EncoderTeacher))
    {
        Encoders = encoders;
        _encoders = OpenAll(encoders, cacheFolder, warn);
        _classifiers = [.. _encoders.Select(encoder => nn.Linear(encoder.Dimensions, classes))];
        using var frozen = no_grad();
        for (var i = 0; i < _classifiers.Length; i++)
        {
            register_module(FormattableString.Invariant($"classifier{i}"), _classifiers[i]);
            _classifiers[i].weight!.zero_();
            _classifiers[i].bias!.zero_();
        }
    }

    public IReadOnlyList<EncoderOptions> Encoders { get; }

    /// <summary>The largest input size. Encoders of other sizes get scaled images.</summary>
    public int ImageSize => _encoders.Max(encoder => encoder.Size);

    /// <inheritdoc/>
    public int BatchMultiple => _encoders.Max(encoder => encoder.BatchMultiple);

    /// <summary>One sentence per encoder: how images are prepared, and where each value comes from.</summary>
    public IEnumerable<string> Summaries => _encoders.Select(encoder => encoder.Summary);

    /// <inheritdoc/>
    public long ExternalParameterCount => Encoders.Sum(EncoderFiles.ParameterCount);

    /// <summary>Replaces the linear layer of an encoder.</summary>
    public void SetClassifier(int encoder, LinearClassifier fitted)
    {
        using var frozen = no_grad();
        _classifiers[encoder].weight!.copy_(fitted.Weight_KD);
        _classifiers[encoder].bias!.copy_(fitted.Bias_K);
    }

    /// <summary>Computes the features of one encoder: [N, D], fp32, on the CPU.</summary>
    /// <param name="encoder">Number of the encoder.</param>
    /// <param name="images_NCHW">Floats in [0, 1] with 1 or 3 channels.</param>
    public Tensor Features(int encoder, Tensor images_NCHW)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var size = _encoders[encoder].Size;
        var images_NCSS = images_NCHW.cpu();
        if (images_NCSS.shape[2] != size || images_NCSS.shape[3] != size)
        {
            images_NCSS = nn.functional.interpolate(images_NCSS, [size, size], mode: InterpolationMode.Area);
        }

        var bytes_NCSS = images_NCSS.Times(255).round_().to_type(ScalarType.Byte);
        return _encoders[encoder].Features(bytes_NCSS.expand(-1, 3, -1, -1).contiguous()).MoveToOuterDisposeScope();
    }

    /// <summary>images_NCHW, floats in [0, 1] → logits_NK. With several encoders, these are logarithms of the mean probabilities.</summary>
    public override Tensor forward(Tensor images_NCHW)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor[] logits = [.. Enumerable.Range(0, _encoders.Length).Select(encoder => Logits(encoder, images_NCHW))];
        var joint_NK = logits.Length == 1
            ? logits[0]
            : stack([.. logits.Select(logits_NK => logits_NK.softmax(1))]).mean([0L]).AtLeast(1e-12).log();
        return joint_NK.to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var encoder in _encoders)
            {
                encoder.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private static CachedEncoder[] OpenAll(IReadOnlyList<EncoderOptions> encoders, string cacheFolder, Action<string> warn)
    {
        var opened = new List<CachedEncoder>();
        try
        {
            opened.AddRange(encoders.Select(encoder => CachedEncoder.Open(encoder, cacheFolder, warn)));
            return [.. opened];
        }
        catch
        {
            opened.ForEach(encoder => encoder.Dispose());
            throw;
        }
    }

    // In fp64, which autocast leaves alone.
    private Tensor Logits(int encoder, Tensor images_NCHW)
    {
        var classifier = _classifiers[encoder];
        var features_ND = Features(encoder, images_NCHW).to(classifier.weight!.device).to_type(ScalarType.Float64);
        return nn.functional.linear(
            features_ND, classifier.weight!.to_type(ScalarType.Float64), classifier.bias!.to_type(ScalarType.Float64));
    }
}
