using System.Runtime.Intrinsics.X86;
using Distill.Imaging.Augmentation;
using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Imaging.Augmentation;

/// <summary>
/// Compares views with recorded ones. views.safetensors has crops, and the views that the first published version made of them. Its
/// order of operations was fixed: crop, jitter, grayscale, blur.
/// </summary>
[Collection(TorchTests.Name)]
public sealed class RecordedViewsTests
{
    private static readonly RandomKey[] Keys =
        [.. Enumerable.Range(0, 12).Select(i => RandomKey.FromSeed(7).Fold("recorded views").Fold(i))];

    private static readonly AugmentationOptions Options = new(
        new CropOptions((0.08, 1), (0.75, 4.0 / 3), 0.5),
        [new Jitter(0.8, 0.4, 0.4, 0.4, 0.1), new Grayscale(0.2), new Blur(0.5, (0.1, 2))]);

    [Theory]
    [InlineData("gray", 1)]
    [InlineData("color", 3)]
    public void Operations_of_SimCLR_make_the_recorded_views(string name, int channels)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenFile.Read("views");
        var images = Pattern.Uniform("images", 12, channels, 12, 12).mul(0.5).add(0.5);

        Close.To(golden[$"{name} cropped"], ViewMaker.Make(images, Options with { Operations = [] }, Keys), 1e-6);
        Close.To(golden[name], ViewMaker.Make(images, Options, Keys), 1e-5);

        var changed = ViewMaker.Change(golden[$"{name} cropped"], Options, Keys);

        Close.To(golden[name], changed, 1e-6);
        Close.To(golden[name], ChangedOneByOne(golden[$"{name} cropped"]), 1e-5);

        // The mean gray of contrast is a sum. Its order, and so its last bit, depends on the width of the CPU's vectors.
        if (Avx2.IsSupported && Environment.GetEnvironmentVariable("ATEN_CPU_CAPABILITY") is null)
        {
            Close.Exactly(golden[name], changed);
        }
    }

    private static Tensor ChangedOneByOne(Tensor crops_NCHW)
    {
        var (channels, height, width) = ((int)crops_NCHW.shape[1], (int)crops_NCHW.shape[2], (int)crops_NCHW.shape[3]);
        var values = crops_NCHW.data<float>().ToArray();
        for (var i = 0; i < Keys.Length; i++)
        {
            var view = new ViewSpan(values.AsSpan(i * channels * height * width), channels, height, width);
            ViewChanges.Create(Options.Operations)!.Apply(view, Keys[i]);
        }

        return tensor(values, crops_NCHW.shape);
    }
}
