using Distill.Datasets.Images;
using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;
using static TorchSharp.torch;

namespace Distill.Imaging.Augmentation;

/// <summary>Makes views of a batch of images, every draw made per image from that view's own key.</summary>
internal static class ViewMaker
{
    /// <summary>Crops and changes.</summary>
    /// <param name="images_NCHW">Floats of [0, 1].</param>
    /// <param name="options">The composition.</param>
    /// <param name="views">One key an image: of (seed, stage, epoch, image, view).</param>
    /// <param name="size">Height and width of the views; null for those of the images.</param>
    /// <returns>[N, C, height, width], floats of [0, 1].</returns>
    public static Tensor Make(Tensor images_NCHW, ViewOptions options, ReadOnlySpan<RandomKey> views, int? size = null)
    {
        using var scope = NewDisposeScope();
        return Change(Cropped(images_NCHW, options.Crop, views, size), options, views).MoveToOuterDisposeScope();
    }

    /// <summary>Applies what comes after the crop, in the order of the list.</summary>
    /// <param name="view_NCHW">Crops, floats of [0, 1]; left as they are.</param>
    /// <param name="options">The composition.</param>
    /// <param name="views">One key an image: the same that drew its crop.</param>
    /// <returns>[N, C, H, W], floats of [0, 1].</returns>
    public static Tensor Change(Tensor view_NCHW, ViewOptions options, ReadOnlySpan<RandomKey> views) =>
        Change(view_NCHW, options.Operations, views);

    /// <inheritdoc cref="Change(Tensor, ViewOptions, ReadOnlySpan{RandomKey})"/>
    internal static Tensor Change(Tensor view_NCHW, IReadOnlyList<ViewOperation> operations, ReadOnlySpan<RandomKey> views)
    {
        using var scope = NewDisposeScope();
        var changed_NCHW = view_NCHW.alias();
        foreach (var (operation, earlier) in Applied(operations))
        {
            // What an operation was given is no longer wanted, and as large as the batch.
            using var before_NCHW = changed_NCHW;
            changed_NCHW = operation.Apply(before_NCHW, Again(views, earlier));
        }

        return changed_NCHW.MoveToOuterDisposeScope();
    }

    /// <summary>The operations that may come at all, each with how many of its kind stand before it in the list.</summary>
    internal static IEnumerable<(ViewOperation Operation, int Earlier)> Applied(IReadOnlyList<ViewOperation> operations)
    {
        var occurrences = new Dictionary<Type, int>();
        foreach (var operation in operations)
        {
            var earlier = occurrences.GetValueOrDefault(operation.GetType());
            occurrences[operation.GetType()] = earlier + 1;
            if (operation.Probability > 0)
            {
                yield return (operation, earlier);
            }
        }
    }

    /// <summary>A key of its own for an operation that stands in the list again, so that it does not repeat its draws.</summary>
    internal static RandomKey Again(RandomKey view, int earlier) => earlier == 0 ? view : view.Fold("operation again").Fold(earlier);

    private static Tensor Cropped(Tensor images_NCHW, CropOptions? options, ReadOnlySpan<RandomKey> views, int? size)
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

    private static ReadOnlySpan<RandomKey> Again(ReadOnlySpan<RandomKey> views, int earlier)
    {
        if (earlier == 0)
        {
            return views;
        }

        var keys = new RandomKey[views.Length];
        for (var i = 0; i < views.Length; i++)
        {
            keys[i] = Again(views[i], earlier);
        }

        return keys;
    }
}
