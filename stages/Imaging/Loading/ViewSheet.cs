using Distill.Imaging.Augmentation;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Imaging.Loading;

/// <summary>What training sees of some images: a contact sheet's rows, the originals first.</summary>
public static class ViewSheet
{
    /// <param name="bank">The images; the first ones are shown.</param>
    /// <param name="options">Makes the views.</param>
    /// <param name="random">The stage's key: these are the views of its first epoch.</param>
    /// <param name="images">How many.</param>
    /// <param name="views">Of each.</param>
    /// <returns>Rows of [N, C, H, W], each made when it is asked for.</returns>
    public static IEnumerable<Tensor> Rows(ImageBank bank, ViewOptions options, RandomKey random, int images, int views) =>
        Enumerable.Range(-1, views + 1).Select(view => view < 0 ? bank.Take(Enumerable.Range(0, images)) : Row(bank, options, random, images, view));

    private static Tensor Row(ImageBank bank, ViewOptions options, RandomKey random, int images, int view)
    {
        var keys = Enumerable.Range(0, images).Select(image => new Sample(0, image).View(random, view)).ToArray();
        return bank.Cut(new ViewBatch([.. keys.Select((key, image) => bank.Draw(image, options.Crop, key))]) { Operations = options.Operations });
    }
}
