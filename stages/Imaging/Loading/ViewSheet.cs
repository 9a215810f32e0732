// N images, C channels, H height, W width
using Distill.Imaging.Augmentation;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Imaging.Loading;

/// <summary>Makes the rows of a contact sheet: some images, followed by the views of them that training sees.</summary>
public static class ViewSheet
{
    /// <summary>Returns rows of [N, C, H, W]. Each is made when it is enumerated.</summary>
    /// <param name="bank">Bank of the images; the first ones are shown.</param>
    /// <param name="options">Augmentations of the views.</param>
    /// <param name="random">Key of the stage; the views are those of its first epoch.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="views">Number of views per image.</param>
    public static IEnumerable<Tensor> Rows(ImageBank bank, AugmentationOptions options, RandomKey random, int images, int views) =>
        Enumerable.Range(-1, views + 1).Select(view =>
            view < 0 ? bank.Take(Enumerable.Range(0, images)) : Row(bank, options, random, images, view));

    private static Tensor Row(ImageBank bank, AugmentationOptions options, RandomKey random, int images, int view)
    {
        var keys = Enumerable.Range(0, images).Select(image => new Sample(0, image).View(random, view)).ToArray();
        return bank.Cut(new ViewBatch([.. keys.Select((key, image) => bank.Draw(image, options.Crop, key))])
        {
            Operations = options.Operations,
        });
    }
}
