// N images, C channels, H height, W width
using Distill.Datasets.Images;
using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation;

/// <summary>Makes views of a batch of images. Every draw is made from the view's own key.</summary>
internal static class ViewMaker
{
    /// <summary>Crops images and applies the operations; returns [N, C, H, W], floats in [0, 1].</summary>
    /// <param name="images_NCHW">Floats in [0, 1].</param>
    /// <param name="options">Crop and operations.</param>
    /// <param name="views">One key per image, folded from seed, stage, epoch, image and view.</param>
    /// <param name="size">Height and width of the views; null for those of the images.</param>
    public static Tensor Make(Tensor images_NCHW, AugmentationOptions options, ReadOnlySpan<RandomKey> views, int? size = null)
    {
        using var scope = NewDisposeScope();
        return Change(CropAll(images_NCHW, options.Crop, views, size), options, views).MoveToOuterDisposeScope();
    }

    /// <summary>Applies the operations in the order of the list; returns [N, C, H, W], floats in [0, 1].</summary>
    /// <param name="view_NCHW">Crops, floats in [0, 1]; left unchanged.</param>
    /// <param name="options">Crop and operations.</param>
    /// <param name="views">One key per image: the one that drew its crop.</param>
    public static Tensor Change(Tensor view_NCHW, AugmentationOptions options, ReadOnlySpan<RandomKey> views) =>
        Change(view_NCHW, options.Operations, views);

    /// <inheritdoc cref="Change(Tensor, AugmentationOptions, ReadOnlySpan{RandomKey})"/>
    internal static Tensor Change(Tensor view_NCHW, IReadOnlyList<ViewOperation> operations, ReadOnlySpan<RandomKey> views)
    {
        using var scope = NewDisposeScope();
        var changed_NCHW = view_NCHW.alias();
        foreach (var (operation, occurrence) in Active(operations))
        {
            // The input of an operation is as large as the batch, so it is freed at once.
            using var before_NCHW = changed_NCHW;
            changed_NCHW = operation.Apply(before_NCHW, KeysOf(views, occurrence));
        }

        return changed_NCHW.MoveToOuterDisposeScope();
    }

    /// <summary>Returns the operations whose probability is not 0, each with the number of its kind before it in the list.</summary>
    internal static IEnumerable<(ViewOperation Operation, int Occurrence)> Active(IReadOnlyList<ViewOperation> operations)
    {
        var counts = new Dictionary<Type, int>();
        foreach (var operation in operations)
        {
            var occurrence = counts.GetValueOrDefault(operation.GetType());
            counts[operation.GetType()] = occurrence + 1;
            if (operation.Probability > 0)
            {
                yield return (operation, occurrence);
            }
        }
    }

    /// <summary>Returns the key of an operation. A repeated operation gets a different key, so that it does not repeat its draws.</summary>
    internal static RandomKey KeyOf(RandomKey view, int occurrence) =>
        occurrence == 0 ? view : view.Fold("operation again").Fold(occurrence);

    private static Tensor CropAll(Tensor images_NCHW, CropOptions? options, ReadOnlySpan<RandomKey> views, int? size)
    {
        var (height, width) = ((int)images_NCHW.shape[2], (int)images_NCHW.shape[3]);
        if (options is null && (size ?? height) == height && (size ?? width) == width)
        {
            return images_NCHW;
        }

        var crops = new Crop[views.Length];
        for (var i = 0; i < views.Length; i++)
        {
            crops[i] = options is null ? Crop.Whole : CropSampler.Draw(views[i], options, height, width);
        }

        return CropRenderer.Render(images_NCHW, crops, size);
    }

    private static ReadOnlySpan<RandomKey> KeysOf(ReadOnlySpan<RandomKey> views, int occurrence)
    {
        if (occurrence == 0)
        {
            return views;
        }

        var keys = new RandomKey[views.Length];
        for (var i = 0; i < views.Length; i++)
        {
            keys[i] = KeyOf(views[i], occurrence);
        }

        return keys;
    }
}
