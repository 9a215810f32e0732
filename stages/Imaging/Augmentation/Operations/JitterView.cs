using Distill.Learning.Randomness;

namespace Distill.Imaging.Augmentation.Operations;

/// <content>The view form.</content>
internal sealed partial record Jitter
{
    /// <inheritdoc/>
    public void Change(ViewSpan view, RandomKey key)
    {
        if (!Chooses(key, ViewDraws.Jitter))
        {
            return;
        }

        if (view.Channels == 1)
        {
            var first = ContrastFirst(key) ? 1 : 0;
            Change(view, first, FactorOf(key, first));
            Change(view, 1 - first, FactorOf(key, 1 - first));
            return;
        }

        foreach (var change in Order(key))
        {
            Change(view, change, FactorOf(key, change));
        }
    }

    private static void Change(ViewSpan view, int change, float factor)
    {
        switch (change)
        {
            case 0:
                VectorRow.Change(view.Values, new ContrastChange(0, factor));
                break;
            case 1:
                VectorRow.Change(view.Values, new ContrastChange(VectorRow.MeanGray(view), factor));
                break;
            case 2:
                VectorRow.ChangeColor(view, new SaturationChange(factor));
                break;
            default:
                VectorRow.ChangeColor(view, new HueChange(factor));
                break;
        }
    }
}
