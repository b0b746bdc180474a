use crate::numeric::Scalar;

/// Structural non-zeros of a square matrix, by rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// For each row its columns, ascending.
    pub rows: Vec<Vec<usize>>,
}

/// What is known of y' = A y + b whose A and b rest between borders and whose states can be solved one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linear {
    /// The states, each after those that it reads.
    pub order: Vec<usize>,
    /// For each state, whether its b may be other than 0.
    pub offset: Vec<bool>,
}

/// Ordinary differential equations y' = f(t, y) with conditions g(t, y) that may be watched.
///
/// `Workspace` holds what an evaluation needs besides t and y for all lanes (parameters, held values, registers).
/// One implementation serves every [`Scalar`]: one lane, many lanes, derivatives.
pub trait System<S: Scalar> {
    /// Inputs and scratch of one batch.
    type Workspace;

    /// Number of states.
    fn size(&self) -> usize;
    /// Structural non-zeros of df/dy. The stepper adds the diagonal where it is missing.
    fn pattern(&self) -> &Pattern;
    /// Says so if the equations are linear in this sense: then lanes that choose their method take the closed form.
    fn linear(&self) -> Option<&Linear> {
        None
    }
    /// dy = f(t, y).
    fn rates(&self, workspace: &mut Self::Workspace, t: S, y: &[S], dy: &mut [S]);
    /// The non-zeros of df/dy in the order of [`System::pattern`] (row by row), df/dt, and f itself.
    fn jacobian(
        &self,
        workspace: &mut Self::Workspace,
        t: S,
        y: &[S],
        nonzeros: &mut [S],
        dfdt: &mut [S],
        dy: &mut [S],
    );
    /// Number of conditions.
    fn conditions(&self) -> usize {
        0
    }
    /// Each condition's g(t, y) and its derivative along (1, `slope`); a condition crosses where g changes sign.
    fn evaluate_conditions(
        &self,
        _workspace: &mut Self::Workspace,
        _t: S,
        _y: &[S],
        _slope: &[S],
        _g: &mut [S],
        _dg: &mut [S],
    ) {
    }
}

/// A borrowed system is a system, so that many batches can share one.
impl<S: Scalar, Y: System<S>> System<S> for &Y {
    type Workspace = Y::Workspace;

    #[inline(always)]
    fn size(&self) -> usize {
        (**self).size()
    }
    #[inline(always)]
    fn pattern(&self) -> &Pattern {
        (**self).pattern()
    }
    #[inline(always)]
    fn linear(&self) -> Option<&Linear> {
        (**self).linear()
    }
    #[inline(always)]
    fn rates(&self, workspace: &mut Self::Workspace, t: S, y: &[S], dy: &mut [S]) {
        (**self).rates(workspace, t, y, dy);
    }
    #[inline(always)]
    fn jacobian(
        &self,
        workspace: &mut Self::Workspace,
        t: S,
        y: &[S],
        nonzeros: &mut [S],
        dfdt: &mut [S],
        dy: &mut [S],
    ) {
        (**self).jacobian(workspace, t, y, nonzeros, dfdt, dy);
    }
    #[inline(always)]
    fn conditions(&self) -> usize {
        (**self).conditions()
    }
    #[inline(always)]
    fn evaluate_conditions(
        &self,
        workspace: &mut Self::Workspace,
        t: S,
        y: &[S],
        slope: &[S],
        g: &mut [S],
        dg: &mut [S],
    ) {
        (**self).evaluate_conditions(workspace, t, y, slope, g, dg);
    }
}
