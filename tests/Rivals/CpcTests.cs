using Distill.Imaging.Augmentation;
using Distill.Learning.Arithmetic;
using Distill.Learning.Optimizers;
using Distill.Learning.Training;
using Distill.Rivals.Cpc;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

// N images, Y and X places of a patch, T outputs per patch
namespace Tests.Rivals;

[Collection(TorchTests.Name)]
public sealed class CpcTests
{
    private const int Side = PatchGrid.PerSide;
    private const int Length = 3;

    private static readonly CpcOptions Options = new(
        TinyDataset.Network,
        Length,
        new AugmentationOptions(new CropOptions((0.5, 1), (1, 1), 0.5), []),
        new TrainingOptions(5, 4, OptimizerOptions.Default with { LearningRate = 0.01 }));

    /// <summary>Six patches fit at every size, and no pixel of a row is in the patches that are predicted from it.</summary>
    [Theory]
    [InlineData(28, 8, 4, 2)]
    [InlineData(224, 64, 32, 2)]
    [InlineData(32, 9, 4, 3)]
    [InlineData(8, 2, 1, 2)]
    public void Grid_fits_the_image(int pixels, int patch, int stride, int apart)
    {
        var grid = PatchGrid.Of(pixels);
        Assert.Equal((patch, stride, apart), (grid.Patch, grid.Stride, grid.Apart));
        Assert.InRange((Side - 1) * stride + patch, 0, pixels);
        Assert.InRange(apart * stride, patch, pixels);
        Assert.True((apart - 1) * stride < patch);
    }

    [Fact]
    public void Patches_are_cut_at_their_places()
    {
        using var scope = NewDisposeScope();
        var views = Pattern.Uniform("views", 2, 1, 28, 32);
        var patches = PatchGrid.Cut(views);
        Assert.Equal([2, 1, Side, Side, 8, 9], patches.shape);
        Close.Exactly(views.narrow(2, 3 * 4, 8).narrow(3, 5 * 4, 9), patches.select(2, 3).select(2, 5).contiguous());
    }

    /// <summary>Every prediction, against plain loops in double precision over all directions, places and images.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Loss_is_the_softmax_over_the_patches_of_all_images(int apart)
    {
        using var scope = NewDisposeScope();
        const int images = 3;
        var outputs = Pattern.Uniform("outputs", images, 5 * Side * Side * Length);
        var values = outputs.ReadAll<float>();

        var (sum, count) = (0.0, 0);
        for (var direction = 0; direction < 4; direction++)
        {
            var targets = new List<(int Image, int Y, int X, double[] Target)>();
            for (var place = 0; place < images * Side * Side; place++)
            {
                var (image, y, x) = (place / (Side * Side), place / Side % Side, place % Side);
                var (turnedY, turnedX) = Turned(y, x, direction);
                targets.Add((image, turnedY, turnedX, At(image, 0, y, x)));
            }

            foreach (var (image, y, x, _) in targets.Where(target => target.Y + apart < Side))
            {
                var prediction = At(image, 1 + direction, y, x);
                var exponentials = targets.Select(target => Math.Exp(target.Target.Zip(prediction).Sum(pair => pair.First * pair.Second)));
                var found = targets.FindIndex(target => target.Image == image && target.Y == y + apart && target.X == x);
                sum -= Math.Log(exponentials.ElementAt(found) / exponentials.Sum());
                count++;
            }
        }

        Assert.Equal(4 * images * (Side - apart) * Side, count);
        Assert.Equal(sum / count, CpcLoss.Of(outputs, apart).ReadDouble(), 1e-5);

        double[] At(int image, int part, int y, int x) =>
        [
            .. Enumerable.Range(0, Length).Select(t =>
                (double)values[((((image * 5 + part) * Side + y) * Side) + x) * Length + t]),
        ];

        // A quarter turn against the clock, as many times as the number of the direction.
        static (int Y, int X) Turned(int y, int x, int times) => times == 0 ? (y, x) : Turned(Side - 1 - x, y, times - 1);
    }

    /// <summary>A prediction would be worth nothing if it had seen what it predicts.</summary>
    [Fact]
    public void Predictions_depend_on_the_rows_behind_them_only()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = (CpcNetwork)Options.Create(1, generator: null);
        Pattern.Fill(network);
        network.eval();
        var views = Pattern.Uniform("views", 1, 1, 28, 28);
        var before = Predictions(views);

        // Row 4 of the patches begins at pixel 16, and row 2 ends before pixel 16.
        var changed = views.clone();
        changed.narrow(2, 16, 12).copy_(Pattern.Uniform("others", 1, 1, 12, 28));
        var after = Predictions(changed);

        Close.Exactly(before[0].narrow(0, 0, 3), after[0].narrow(0, 0, 3));
        Assert.False(before[0].narrow(0, 4, 2).Equals(after[0].narrow(0, 4, 2)));
        // From below, the changed rows are those behind.
        Assert.False(before[2].narrow(0, 0, 2).Equals(after[2].narrow(0, 0, 2)));

        // A quarter turn against the clock puts the last columns on top, and three quarters the first ones.
        var left = views.clone();
        left.narrow(3, 0, 12).copy_(Pattern.Uniform("left", 1, 1, 28, 12));
        var beside = Predictions(left);
        Close.Exactly(before[1].narrow(0, 0, 3), beside[1].narrow(0, 0, 3));
        Assert.False(before[3].narrow(0, 0, 2).Equals(beside[3].narrow(0, 0, 2)));

        Tensor[] Predictions(Tensor images) =>
            [.. network.call(images).view(5, Side, Side, Length).unbind(0)[1..].Select(part => part.contiguous())];
    }

    /// <summary>In training, batch norm of a place sees the other images there, and no other place.</summary>
    [Fact]
    public void Statistics_of_a_patch_do_not_depend_on_other_places()
    {
        using var scope = NewDisposeScope();
        using var network = (CpcNetwork)Options.Create(1, generator: null);
        Pattern.Fill(network);
        var views = Pattern.Uniform("views", 4, 1, 28, 28);
        var changed = views.clone();
        changed.narrow(2, 16, 12).copy_(Pattern.Uniform("others", 4, 1, 12, 28));

        Close.Exactly(TopTargets(views), TopTargets(changed));

        // The first row of patches, whose pixels are the same.
        Tensor TopTargets(Tensor images) => network.call(images).view(4, 5, Side, Side, Length).select(1, 0).select(1, 0).contiguous();
    }
}
