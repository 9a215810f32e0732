using Distill.Learning.Training;
using Distill.Rivals.Training;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Rivals;

[Collection(TorchTests.Name)]
public sealed class InterleavedInputsTests
{
    private const int Images = 6;

    [Fact]
    public void Any_part_is_that_of_all_views_of_all_images_in_turn()
    {
        using var scope = NewDisposeScope();
        Tensor[] views = [.. Enumerable.Range(0, 3).Select(view => Pattern.Uniform($"view {view}", Images, 2, 2))];
        using var inputs = new InterleavedInputs([.. views.Select(view => StepInputs.Of(view.clone()))]);
        var all = stack(views, 1).view(3 * Images, 2, 2);

        Assert.Equal(3 * Images, inputs.BatchRows);
        for (var first = 0; first < 3 * Images; first++)
        {
            for (var count = 1; count <= 3 * Images - first; count++)
            {
                Close.Exactly(all.narrow(0, first, count), inputs.Part(first, count));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Share_of_a_rank_is_its_part_of_the_batch(int rank)
    {
        using var scope = NewDisposeScope();
        Tensor[] views = [.. Enumerable.Range(0, 2).Select(view => Pattern.Uniform($"view {view}", Images, 3))];
        var share = new BatchShare(rank, 3);
        using var inputs = new InterleavedInputs([.. views.Select(view => StepInputs.Of(view.clone(), share))]);
        var all = stack(views, 1).view(2 * Images, 3);

        Assert.Equal((4, 4 * rank), (inputs.Rows, inputs.FirstInBatch));
        Close.Exactly(all.narrow(0, 4 * rank, 4), inputs.All());
        Close.Exactly(all.narrow(0, 4 * rank + 1, 2), inputs.Part(1, 2));
    }
}
