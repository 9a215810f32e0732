using Distill.Imaging.Augmentation.Operations;
using Distill.Learning.Randomness;

namespace Distill.Imaging.Augmentation;

/// <summary>The view form of a list of operations, for CPUs. <see cref="ViewMaker"/> has the batch form.</summary>
internal sealed class ViewChanges
{
    private readonly (ISingleView Change, int Occurrence)[] _changes;

    private ViewChanges((ISingleView Change, int Occurrence)[] changes) => _changes = changes;

    /// <summary>Creates the view form of a list; null if an operation only has a batch form.</summary>
    public static ViewChanges? Create(IReadOnlyList<ViewOperation> operations)
    {
        var active = ViewMaker.Active(operations).ToArray();
        return active.All(each => each.Operation is ISingleView)
            ? new ViewChanges([.. active.Select(each => ((ISingleView)each.Operation, each.Occurrence))])
            : null;
    }

    /// <summary>Applies the operations in the order of the list.</summary>
    /// <param name="view">Floats in [0, 1], changed in place.</param>
    /// <param name="key">The key that drew the view's crop.</param>
    public void Apply(ViewSpan view, RandomKey key)
    {
        foreach (var (change, occurrence) in _changes)
        {
            change.Change(view, ViewMaker.KeyOf(key, occurrence));
        }
    }
}
