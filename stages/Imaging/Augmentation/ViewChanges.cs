using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;

namespace Distill.Imaging.Augmentation;

/// <summary>What comes after the crop, one view at a time: what <see cref="ViewMaker"/> does with a batch, for CPUs.</summary>
internal sealed class ViewChanges
{
    private readonly (ISingleView Change, int Earlier)[] _changes;

    private ViewChanges((ISingleView Change, int Earlier)[] changes) => _changes = changes;

    /// <summary>The changes of a composition; null where an operation among them is for whole batches only.</summary>
    public static ViewChanges? Of(IReadOnlyList<ViewOperation> operations)
    {
        var applied = ViewMaker.Applied(operations).ToArray();
        return applied.All(each => each.Operation is ISingleView)
            ? new ViewChanges([.. applied.Select(each => ((ISingleView)each.Operation, each.Earlier))])
            : null;
    }

    /// <param name="view">Floats of [0, 1], changed in place.</param>
    /// <param name="key">The key that drew its crop.</param>
    public void Apply(ViewSpan view, RandomKey key)
    {
        foreach (var (change, earlier) in _changes)
        {
            change.Change(view, ViewMaker.Again(key, earlier));
        }
    }
}
