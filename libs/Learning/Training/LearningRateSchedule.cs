namespace DaprHep.Learning.Training;

/// <summary>How the learning rate changes while training.</summary>
public enum LearningRateSchedule
{
    /// <summary>Not at all.</summary>
    Constant,

    /// <summary>Down to zero along half a cosine, step by step (Loshchilov and Hutter, arXiv:1608.03983).</summary>
    Cosine,

    /// <summary>
    /// Up from a 25th of the given rate during the first 30 % of the steps, then down to a 250,000th, both along half a cosine (Smith
    /// and Topin, arXiv:1708.07120, as PyTorch has it).
    /// </summary>
    OneCycle,
}

/// <summary>Evaluates schedules.</summary>
internal static class LearningRateSchedules
{
    private const double WarmUpShare = 0.3, StartDivisor = 25, EndDivisor = 250_000;

    /// <summary>The learning rate of one step.</summary>
    /// <param name="schedule">The shape.</param>
    /// <param name="rate">The largest rate: that of every step, of step 0, or of the top of the cycle.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="steps">Steps in all.</param>
    internal static double At(this LearningRateSchedule schedule, double rate, long step, long steps)
    {
        switch (schedule)
        {
            case LearningRateSchedule.Cosine:
                return rate * 0.5 * (1 + Math.Cos(Math.PI * step / steps));
            case LearningRateSchedule.OneCycle:
                var top = WarmUpShare * steps - 1;
                return step <= top
                    ? Between(rate / StartDivisor, rate, step / top)
                    : Between(rate, rate / EndDivisor, (step - top) / (steps - 1 - top));
            default:
                return rate;
        }
    }

    /// <summary>From one rate to another along half a cosine.</summary>
    private static double Between(double from, double to, double share) => to + (from - to) * 0.5 * (1 + Math.Cos(Math.PI * share));
}
