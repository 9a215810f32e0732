namespace Distill.Imaging.SoftTargets;

/// <summary>Measures the runs of equal numbers in a list that should increase.</summary>
internal sealed class Runs
{
    private int _number = -1;
    private int _count;
    private int? _length;
    private bool _differ;

    /// <summary>The length of every run; null if they differ, or if the numbers do not increase.</summary>
    public int? Length => _differ || (_length ?? _count) != _count ? null : _count;

    /// <summary>Adds the next number, which is not negative.</summary>
    public void Add(int number)
    {
        if (number == _number)
        {
            _count++;
            return;
        }

        if (_number >= 0)
        {
            _differ |= number < _number || (_length ?? _count) != _count;
            _length = _count;
        }

        (_number, _count) = (number, 1);
    }
}
