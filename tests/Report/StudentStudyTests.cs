using Distill.Learning.Arithmetic;
using Distill.Report;
using Tests.Golden;
using Tests.Learning;
using static TorchSharp.torch;

namespace Tests.Report;

[Collection(TorchTests.Name)]
public class StudentStudyTests
{
    [Fact]
    public void Map_is_the_plane_of_largest_variance()
    {
        using var scope = NewDisposeScope();

        // A rectangle of 6 by 2, rotated in a space of five dimensions, with a small third component.
        var plane = tensor([3.0, 1, -3, 1, 3, -1, -3, -1], [4, 2]);
        var (first, second) = (tensor([0.6, 0, 0.8, 0, 0], [1, 5]), tensor([0, 1.0, 0, 0, 0], [1, 5]));
        var third = tensor([0.1, -0.1, -0.1, 0.1], [4, 1]).matmul(tensor([0, 0, 0, 0, 1.0], [1, 5]));
        var points = plane.narrow(1, 0, 1).matmul(first).add(plane.narrow(1, 1, 1).matmul(second)).add(third).add(7);

        var (map, explained) = StudentStudy.PrincipalComponents(points);
        Close.To(plane, map, 1e-9);
        Assert.Equal(40 / 40.04, explained, precision: 9);
    }

    [Fact]
    public void Fewer_points_than_dimensions_give_the_same_map()
    {
        using var scope = NewDisposeScope();
        var points = Pattern.Uniform("points", 12, 5).to_type(ScalarType.Float64);
        var (map, explained) = StudentStudy.PrincipalComponents(points);
        var (wide, same) = StudentStudy.PrincipalComponents(cat([points, zeros(12, 20, dtype: ScalarType.Float64)], 1));
        Close.To(map, wide, 1e-9);
        Assert.Equal(explained, same, precision: 9);
    }

    [Fact]
    public void Identical_points_give_a_map_of_zeros()
    {
        using var scope = NewDisposeScope();
        var (map, explained) = StudentStudy.PrincipalComponents(ones(3, 4));
        Assert.Equal(0, map.abs().max().ReadDouble());
        Assert.Equal(0, explained);
    }
}
